import { decodeBase64 } from './base64.ts'
import { readH265Sps } from './h265-sps.ts'
import { videoCodecOf } from './nal-syntax.ts'
import type { Outline } from './outline.ts'
import { MP2T_CLOCK_RATE_HZ, MP2T_PAYLOAD_TYPE } from './rtp-mp2t.ts'
import { aacFormatParameters, h264FormatParameters, h265FormatParameters, writeSdp, type SdpTrack } from './sdp.ts'

/** Where a presentation is sent for all, if it is: each track to a port of one group. */
export type StreamAddress = {
  readonly group: string
  readonly ttl: number
  readonly portOf: (trackIndex: number) => number
}

export type DescriptionOptions = {
  readonly title: string
  readonly requestUrl: string // told as the URL of the whole, as every player expects it
  readonly serverAddress: string
  readonly nowUnixMs: number
  readonly trackUrl: (trackIndex: number) => string
  readonly payload?: 'h264' | 'mp2t' // absent: h264
  readonly isLooped?: boolean // nothing to seek in
  readonly repairs?: boolean // lost packets may be asked for again; not of a group
  readonly fecGroupPackets?: number | undefined // parity packets are among the packets; absent: none
  readonly multicast?: StreamAddress | undefined // absent: the client chooses where to
}

/** For how long packets are kept to be sent again: what comes later helps no jitter buffer. */
export const RTX_TIME_MS = 1000

/** Of a track's retransmissions, RFC 4588 section 8.1. */
export function rtxPayloadTypeOf(payloadType: number): number {
  return payloadType < FIRST_DYNAMIC ? FIRST_DYNAMIC + 2 : payloadType + 2
}

/** Of a track's parity packets, RFC 5109 section 10. */
export function parityPayloadTypeOf(payloadType: number): number {
  return rtxPayloadTypeOf(payloadType) + 2
}

const FIRST_DYNAMIC = 96 // RFC 3551 section 3

/** The answer to DESCRIBE: an outline's tracks, RFC 8866 with RFC 2326 appendix C. */
export function describePresentation(outline: Outline, options: DescriptionOptions): string {
  const { title, requestUrl, serverAddress, nowUnixMs, isLooped = false, multicast } = options
  const last = outline.segments.at(-1)
  const isSeekable = outline.ended && !isLooped
  return writeSdp({
    sessionId: String(nowUnixMs), // as RFC 8866 section 5.2 proposes
    serverAddress,
    title,
    controlUrl: requestUrl,
    ...(isSeekable && last !== undefined ? { durationSeconds: last.startSeconds + last.durationSeconds } : {}),
    ...(multicast === undefined ? {} : { multicast: { group: multicast.group, ttl: multicast.ttl } }),
    tracks: sentTracks(outline, options),
  })
}

function sentTracks(
  outline: Outline,
  { payload, trackUrl, multicast, repairs = false, fecGroupPackets }: DescriptionOptions,
): SdpTrack[] {
  const tracks = payload === 'mp2t' ? [transportTrack(outline, trackUrl(0))] : describedTracks(outline, trackUrl)
  return tracks.map((plain, trackIndex) => {
    const track = fecGroupPackets === undefined ? plain : protectedTrack(plain)
    if (multicast !== undefined) return { ...track, port: multicast.portOf(trackIndex) }
    return repairs ? repairable(track) : track
  })
}

function repairable(track: SdpTrack): SdpTrack {
  return { ...track, repair: { rtxPayloadType: rtxPayloadTypeOf(track.payloadType), rtxTimeMs: RTX_TIME_MS } }
}

function protectedTrack(track: SdpTrack): SdpTrack {
  return { ...track, parityPayloadType: parityPayloadTypeOf(track.payloadType) }
}

/** Pictures and sound in one, RFC 3551 section 4.5.16: its tables tell the rest. */
function transportTrack(outline: Outline, controlUrl: string): SdpTrack {
  return {
    kind: 'video',
    payloadType: MP2T_PAYLOAD_TYPE,
    encoding: 'MP2T',
    clockRateHz: MP2T_CLOCK_RATE_HZ,
    formatParameters: new Map(),
    controlUrl,
    bandwidthKbitPerSecond: meanKbitPerSecond(outline),
  }
}

/** In the order of their track indexes; payload types as Playout sends them. */
function describedTracks(outline: Outline, controlUrl: (trackIndex: number) => string): SdpTrack[] {
  const { video, audio } = outline
  const tracks: SdpTrack[] = []
  if (video !== undefined) {
    tracks.push({
      kind: 'video',
      payloadType: 96,
      ...videoFormat(video),
      clockRateHz: 90_000,
      controlUrl: controlUrl(tracks.length),
      bandwidthKbitPerSecond: meanKbitPerSecond(outline),
    })
  }
  if (audio !== undefined) {
    tracks.push({
      kind: 'audio',
      payloadType: 97,
      encoding: 'MPEG4-GENERIC',
      clockRateHz: audio.sampleRateHz,
      channelCount: audio.channelCount,
      formatParameters: aacFormatParameters(audio.audioSpecificConfigHex),
      controlUrl: controlUrl(tracks.length),
    })
  }
  return tracks
}

function videoFormat(video: NonNullable<Outline['video']>): Pick<SdpTrack, 'encoding' | 'formatParameters'> {
  const { codec, vpsBase64 = '', spsBase64, ppsBase64 } = video
  if (videoCodecOf(codec) === 'h264') {
    const profileLevelId = codec.replace('avc1.', '').toUpperCase()
    return { encoding: 'H264', formatParameters: h264FormatParameters(spsBase64, ppsBase64, profileLevelId) }
  }
  const sps = readH265Sps(decodeBase64(spsBase64) ?? new Uint8Array())
  const profile = sps.ok ? sps.value.profile : undefined
  return { encoding: 'H265', formatParameters: h265FormatParameters({ vpsBase64, spsBase64, ppsBase64 }, profile) }
}

/** Of picture and sound, with what MPEG-TS adds: close to what RTP adds. */
function meanKbitPerSecond({ segments }: Outline): number {
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  return Math.ceil((bytes * 8) / 1000 / Math.max(seconds, 1)) // bytes to kbit
}
