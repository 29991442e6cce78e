import type { Outline } from './outline.ts'
import { MP2T_CLOCK_RATE_HZ, MP2T_PAYLOAD_TYPE } from './rtp-mp2t.ts'
import { aacFormatParameters, h264FormatParameters, writeSdp, type SdpTrack } from './sdp.ts'

export type DescriptionOptions = {
  readonly title: string
  readonly requestUrl: string // told as the URL of the whole, as every player expects it
  readonly serverAddress: string
  readonly nowUnixMs: number
  readonly trackUrl: (trackIndex: number) => string
  readonly payload?: 'h264' | 'mp2t' // absent: h264
  readonly isLive?: boolean // nothing to seek in
}

/** The answer to DESCRIBE: an outline's tracks, RFC 8866 with RFC 2326 appendix C. */
export function describePresentation(outline: Outline, options: DescriptionOptions): string {
  const { title, requestUrl, serverAddress, nowUnixMs, trackUrl, payload = 'h264', isLive = false } = options
  const last = outline.segments.at(-1)
  const isSeekable = outline.ended && !isLive
  return writeSdp({
    sessionId: String(nowUnixMs), // as RFC 8866 section 5.2 proposes
    serverAddress,
    title,
    controlUrl: requestUrl,
    ...(isSeekable && last !== undefined ? { durationSeconds: last.startSeconds + last.durationSeconds } : {}),
    tracks: payload === 'mp2t' ? [transportTrack(outline, trackUrl(0))] : describedTracks(outline, trackUrl),
  })
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
    const profileLevelId = video.codec.replace('avc1.', '').toUpperCase()
    tracks.push({
      kind: 'video',
      payloadType: 96,
      encoding: 'H264',
      clockRateHz: 90_000,
      formatParameters: h264FormatParameters(video.spsBase64, video.ppsBase64, profileLevelId),
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

/** Of picture and sound, with what MPEG-TS adds: close to what RTP adds. */
function meanKbitPerSecond({ segments }: Outline): number {
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  return Math.ceil((bytes * 8) / 1000 / Math.max(seconds, 1)) // bytes to kbit
}
