import { aacCodecString, decodeAudioSpecificConfig } from '../protocol/aac.ts'
import { decodeBase64 } from '../protocol/base64.ts'
import type { Outline } from '../protocol/outline.ts'
import { readSdp, type SdpTrack } from '../protocol/sdp.ts'
import type { TrackContent } from './published-units.ts'
import { RtspRefusal } from './rtsp-refusal.ts'

/** What a publisher says that it will send. */
export type Announcement = {
  readonly tracks: readonly TrackContent[] // in the order of the description
  readonly parameterSets: readonly Uint8Array[]
  readonly audio?: NonNullable<Outline['audio']>
}

/** The body of ANNOUNCE: one H.264 track (RFC 6184) and at most one of AAC-hbr (RFC 3640). Throws RtspRefusal 400 for what is
 *  no description, 415 for other media. */
export function readAnnouncement(text: string): Announcement {
  const sdp = readSdp(text)
  if (!sdp.ok) throw new RtspRefusal(400, `ANNOUNCE: ${sdp.fault.code}`)
  const { tracks } = sdp.value
  const served = servedTracks(tracks)
  if (served.length === 0 || served.length < tracks.length) throw unsupported(tracks)
  return announcementOf(tracks)
}

/** Of described tracks those that a live presentation can have: the first of H.264, and the first of AAC-hbr; none without
 *  pictures. */
export function servedTracks(tracks: readonly SdpTrack[]): readonly SdpTrack[] {
  const video = tracks.find(isH264)
  const audio = tracks.find((track) => readAudio(track) !== undefined)
  return video === undefined ? [] : tracks.filter((track) => track === video || track === audio)
}

/** Of tracks that `servedTracks` gave. */
export function announcementOf(tracks: readonly SdpTrack[]): Announcement {
  const audio = tracks.map(readAudio).find((read) => read !== undefined)
  return {
    tracks: tracks.map((track) => ({
      payloadType: track.payloadType,
      clockRateHz: track.clockRateHz,
      ...(!isH264(track) && audio !== undefined ? { samplesPerFrame: audio.samplesPerFrame } : {}),
    })),
    parameterSets: parameterSetsOf(tracks.find(isH264)),
    ...(audio === undefined ? {} : { audio }),
  }
}

function isH264({ kind, encoding, clockRateHz }: SdpTrack): boolean {
  return kind === 'video' && encoding.toUpperCase() === 'H264' && clockRateHz === 90_000
}

function unsupported(tracks: readonly SdpTrack[]): RtspRefusal {
  const got = tracks.map(({ encoding }) => encoding.slice(0, 20)).join(', ')
  return new RtspRefusal(415, `expected one H264 track and at most one of MPEG4-GENERIC, got ${got}`)
}

function parameterSetsOf(track: SdpTrack | undefined): Uint8Array[] {
  const sets = track?.formatParameters.get('sprop-parameter-sets')?.split(',') ?? []
  return sets.flatMap((set) => decodeBase64(set) ?? []).filter(({ length }) => length > 0)
}

function readAudio({ kind, encoding, clockRateHz, formatParameters }: SdpTrack): Announcement['audio'] | undefined {
  const isHbr = formatParameters.get('mode')?.toUpperCase() === 'AAC-HBR' && formatParameters.get('sizelength') === '13'
  if (kind !== 'audio' || encoding.toUpperCase() !== 'MPEG4-GENERIC' || !isHbr) return undefined
  const configHex = formatParameters.get('config')?.toLowerCase() ?? ''
  if (!/^(?:[0-9a-f]{2}){2,64}$/.test(configHex)) return undefined
  const config = decodeAudioSpecificConfig(Buffer.from(configHex, 'hex'))
  if (!config.ok || config.value.sampleRateHz !== clockRateHz) return undefined
  const { sampleRateHz, channelCount, samplesPerFrame } = config.value
  const codec = aacCodecString(config.value)
  return { codec, sampleRateHz, channelCount, samplesPerFrame, audioSpecificConfigHex: configHex }
}
