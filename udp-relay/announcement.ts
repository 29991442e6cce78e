import { aacCodecString, decodeAudioSpecificConfig } from '../protocol/aac.ts'
import { decodeBase64 } from '../protocol/base64.ts'
import type { Outline } from '../protocol/outline.ts'
import { readSdp, type SdpTrack } from '../protocol/sdp.ts'
import type { PublisherTrackOptions } from './publisher-track.ts'
import { RtspRefusal } from './rtsp-refusal.ts'

/** What a publisher says that it will send. */
export type Announcement = {
  readonly tracks: readonly Omit<PublisherTrackOptions, 'waitMs'>[] // in the order of the description
  readonly parameterSets: readonly Uint8Array[]
  readonly audio?: NonNullable<Outline['audio']>
}

/** The body of ANNOUNCE: one H.264 track (RFC 6184) and at most one of AAC-hbr (RFC 3640). Throws RtspRefusal 400 for what is
 *  no description, 415 for other media. */
export function readAnnouncement(text: string): Announcement {
  const sdp = readSdp(text)
  if (!sdp.ok) throw new RtspRefusal(400, `ANNOUNCE: ${sdp.fault.code}`)
  const { tracks } = sdp.value
  const isVideo = ({ kind, encoding, clockRateHz }: SdpTrack): boolean =>
    kind === 'video' && encoding.toUpperCase() === 'H264' && clockRateHz === 90_000
  const videos = tracks.filter(isVideo)
  const sounds = tracks.filter((track) => !isVideo(track))
  if (videos.length !== 1 || sounds.length > 1) throw unsupported(tracks)
  const audio = sounds[0] && readAudio(sounds[0])
  if (sounds.length > 0 && audio === undefined) throw unsupported(tracks)
  return {
    tracks: tracks.map((track) => ({
      payloadType: track.payloadType,
      clockRateHz: track.clockRateHz,
      ...(track.kind === 'audio' && audio !== undefined ? { samplesPerFrame: audio.samplesPerFrame } : {}),
    })),
    parameterSets: parameterSetsOf(videos[0]),
    ...(audio === undefined ? {} : { audio }),
  }
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
