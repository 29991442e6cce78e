import { parse, type MediaDescription } from 'sdp-transform'
import { badText, decoded, type Decoded } from './decoded.ts'

/** H.264 as a receiver offers to take it, RFC 6184 section 8.1, in packetization mode 1. */
export type OfferedH264 = {
  readonly payloadType: number
  readonly profileLevelId: string // six hex digits, in lower case
  readonly formatParameters: string // as offered, for the answer
  readonly hasNack: boolean // generic NACK, RFC 4585 section 4.2
  readonly rtxPayloadType?: number // of its retransmissions, RFC 4588 section 8
}

/** What a receiver of WebRTC media offers, of what can be sent to it: draft-ietf-wish-whep, RFC 8829. */
export type WebRtcOffer = {
  readonly video?: { readonly mid: string; readonly h264: readonly OfferedH264[] }
  readonly audio?: { readonly mid: string; readonly opusPayloadType: number }
}

/** Reads the first section of each kind that would receive. Fault: bad-text, for what is no description of media that
 *  could be answered with ICE and DTLS. */
export function readWebRtcOffer(text: string): Decoded<WebRtcOffer> {
  if (!/^v=0\s*$/m.test(text)) return badText('a session description, v=0', text)
  const session = parse(text)
  const media = session.media ?? []
  if (media.length === 0) return badText('a section of media, m=', text)
  const transports = [session, ...media]
  for (const attribute of ['iceUfrag', 'icePwd', 'fingerprint'] as const) {
    if (!transports.some((part) => part[attribute] !== undefined)) return badText(`a=${sdpNames[attribute]}`, text)
  }
  const receiving = media.filter(({ direction }) => direction !== 'sendonly' && direction !== 'inactive')
  return decoded({ ...videoOf(receiving), ...audioOf(receiving) })
}

const sdpNames = { iceUfrag: 'ice-ufrag', icePwd: 'ice-pwd', fingerprint: 'fingerprint' } as const

function videoOf(media: readonly MediaDescription[]): Pick<WebRtcOffer, 'video'> {
  const section = media.find(({ type }) => type === 'video')
  if (section?.mid === undefined) return {}
  return { video: { mid: String(section.mid), h264: section.rtp.flatMap((map) => h264Of(section, map) ?? []) } }
}

function h264Of(
  section: MediaDescription,
  { payload, codec }: MediaDescription['rtp'][number],
): OfferedH264 | undefined {
  if (!isCodec(codec, 'h264')) return undefined
  const formatParameters = parametersOf(section, payload)
  if (parameter(formatParameters, 'packetization-mode') !== '1') return undefined
  const rtx = section.rtp.find(
    (other) => isCodec(other.codec, 'rtx') && parameter(parametersOf(section, other.payload), 'apt') === `${payload}`,
  )
  return {
    payloadType: payload,
    profileLevelId: (parameter(formatParameters, 'profile-level-id') ?? BASELINE).toLowerCase(),
    formatParameters,
    hasNack: hasNack(section, payload),
    ...(rtx === undefined ? {} : { rtxPayloadType: rtx.payload }),
  }
}

const BASELINE = '420010' // what none means, RFC 6184 section 8.1

function audioOf(media: readonly MediaDescription[]): Pick<WebRtcOffer, 'audio'> {
  const section = media.find(({ type }) => type === 'audio')
  const opus = section?.rtp.find(({ codec }) => isCodec(codec, 'opus'))
  if (section?.mid === undefined || opus === undefined) return {}
  return { audio: { mid: String(section.mid), opusPayloadType: opus.payload } }
}

function hasNack({ rtcpFb = [] }: MediaDescription, payloadType: number): boolean {
  return rtcpFb.some(({ payload, type, subtype }) => {
    return type === 'nack' && subtype === undefined && ['*', `${payloadType}`].includes(String(payload))
  })
}

function isCodec(codec: string | number, name: string): boolean {
  return String(codec).toLowerCase() === name
}

function parametersOf({ fmtp }: MediaDescription, payloadType: number): string {
  return fmtp.find(({ payload }) => payload === payloadType)?.config ?? ''
}

function parameter(config: string, name: string): string | undefined {
  const pairs = config.split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key?.toLowerCase() === name)?.[1]
}

/** The offered profile that is nearest to a stream's, by its RFC 6381 codec string: the same profile, or else the highest that
 *  is offered, since receivers decode by the stream's own parameter sets. undefined: there is no H.264 among it. */
export function chooseH264({ h264 }: NonNullable<WebRtcOffer['video']>, codec: string): OfferedH264 | undefined {
  const profile = codec.slice('avc1.'.length, 'avc1.'.length + 2).toLowerCase()
  const same = h264.find(({ profileLevelId }) => profileLevelId.startsWith(profile))
  const byHeight = h264.toSorted((a, b) => profileOrder(b) - profileOrder(a))
  return same ?? byHeight[0]
}

function profileOrder({ profileLevelId }: OfferedH264): number {
  return ['42', '4d', '64', 'f4'].indexOf(profileLevelId.slice(0, 2))
}
