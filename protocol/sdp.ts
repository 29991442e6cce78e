import { parse, write, type MediaDescription, type SessionDescription } from 'sdp-transform'
import { badText, type Decoded } from './decoded.ts'
import type { ProfileTierLevel } from './h265-profile.ts'

/** One media stream of a presentation, carried as RTP/AVP, or as RTP/AVPF where lost packets may be asked for. */
export type SdpTrack = {
  readonly kind: 'video' | 'audio'
  readonly payloadType: number
  readonly encoding: string // of a=rtpmap: H264, H265, MPEG4-GENERIC
  readonly clockRateHz: number
  readonly channelCount?: number // audio only
  readonly formatParameters: ReadonlyMap<string, string> // of a=fmtp, in written order; readers find them in lower case
  readonly controlUrl: string
  readonly port?: number // of a multicast group; absent: the client chooses
  readonly bandwidthKbitPerSecond?: number // b=AS
  readonly repair?: SdpRepair
  readonly parityPayloadType?: number // ulpfec packets between its own, of the same SSRC and sequence (RFC 5109)
}

/** Generic NACK and retransmissions of another payload type in the same session: RFC 4585 section 4.2, RFC 4588 section 8. */
export type SdpRepair = { readonly rtxPayloadType: number; readonly rtxTimeMs?: number } // for which the sender keeps packets

/** A presentation as DESCRIBE tells it: RFC 8866 with the attributes of RFC 2326 appendix C. */
export type PresentationDescription = {
  readonly sessionId: string // digits
  readonly serverAddress: string
  readonly title: string
  readonly controlUrl: string // of the whole presentation
  readonly durationSeconds?: number // absent while it grows; without it VLC allows no seeking
  readonly multicast?: { readonly group: string; readonly ttl: number } // where all tracks are sent
  readonly tracks: readonly SdpTrack[]
}

/** RFC 6184 section 8.1: single NAL units, STAP-A and FU-A; profile and parameter sets as the stream has them. */
export function h264FormatParameters(
  spsBase64: string,
  ppsBase64: string,
  profileLevelId: string,
): Map<string, string> {
  return new Map([
    ['packetization-mode', '1'],
    ['profile-level-id', profileLevelId],
    ['sprop-parameter-sets', `${spsBase64},${ppsBase64}`],
  ])
}

/** RFC 7798 section 7.1: the profile as the stream has it, and its parameter sets; none of DONL, since packets come in
 *  decode order. */
export function h265FormatParameters(
  { vpsBase64, spsBase64, ppsBase64 }: H265ParameterSets,
  profile: ProfileTierLevel | undefined,
): Map<string, string> {
  return new Map([
    ...(profile === undefined ? [] : profileParameters(profile)),
    ['sprop-vps', vpsBase64],
    ['sprop-sps', spsBase64],
    ['sprop-pps', ppsBase64],
  ])
}

export type H265ParameterSets = {
  readonly vpsBase64: string
  readonly spsBase64: string
  readonly ppsBase64: string
}

function profileParameters(profile: ProfileTierLevel): [string, string][] {
  const { profileSpace, profileIdc, isHighTier, levelIdc, constraintBytes, compatibilityFlags } = profile
  const hexOf = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0')
  return [
    ['profile-space', String(profileSpace)],
    ['profile-id', String(profileIdc)],
    ['tier-flag', isHighTier ? '1' : '0'],
    ['level-id', String(levelIdc)],
    ['interop-constraints', constraintBytes.map((byte) => hexOf(byte, 2)).join('')],
    ['profile-compatibility-indicator', hexOf(compatibilityFlags, 8)],
  ]
}

/** RFC 3640 section 3.3.6, AAC-hbr: 13 bits of size, 3 bits of index before each access unit. */
export function aacFormatParameters(audioSpecificConfigHex: string): Map<string, string> {
  return new Map([
    ['streamtype', '5'],
    ['profile-level-id', '1'],
    ['mode', 'AAC-hbr'],
    ['sizelength', '13'],
    ['indexlength', '3'],
    ['indexdeltalength', '3'],
    ['config', audioSpecificConfigHex],
  ])
}

/** The text of a description; lines end in CRLF. Control URLs are written as given, so they should be absolute: players
 *  resolve relative ones each in its own way. */
export function writeSdp(description: PresentationDescription): string {
  const ipVersion = description.serverAddress.includes(':') ? 6 : 4
  const { durationSeconds, multicast } = description
  const session: SessionDescription = {
    version: 0,
    origin: {
      username: '-',
      sessionId: description.sessionId,
      sessionVersion: 1,
      netType: 'IN',
      ipVer: ipVersion,
      address: description.serverAddress,
    },
    name: oneLine(description.title),
    connection:
      multicast === undefined
        ? { version: ipVersion, ip: ipVersion === 6 ? '::' : '0.0.0.0' } // RFC 2326 section C.1.7
        : { version: 4, ip: `${multicast.group}/${multicast.ttl}` },
    timing: { start: 0, stop: 0 },
    control: description.controlUrl,
    // sdp-transform's name for attributes it has no field for.
    invalid: [
      { value: 'tool:weir' },
      { value: `range:npt=0-${durationSeconds === undefined ? '' : durationSeconds.toFixed(3)}` },
    ],
    media: description.tracks.map(mediaOf),
  }
  return write(session)
}

function mediaOf(track: SdpTrack): MediaDescription {
  const config = [...track.formatParameters].map(([name, value]) => `${name}=${value}`).join(';')
  const { bandwidthKbitPerSecond, repair, parityPayloadType: parity } = track
  const repairs = [
    ...(repair === undefined ? [] : [{ payload: repair.rtxPayloadType, codec: 'rtx', rate: track.clockRateHz }]),
    ...(parity === undefined ? [] : [{ payload: parity, codec: 'ulpfec', rate: track.clockRateHz }]),
  ]
  return {
    type: track.kind,
    port: track.port ?? 0, // 0: the client chooses, RFC 2326 section C.1.2
    protocol: repair === undefined ? 'RTP/AVP' : 'RTP/AVPF',
    payloads: [track.payloadType, ...repairs.map(({ payload }) => payload)].join(' '),
    ...(bandwidthKbitPerSecond === undefined ? {} : { bandwidth: [{ type: 'AS', limit: bandwidthKbitPerSecond }] }),
    rtp: [
      {
        payload: track.payloadType,
        codec: track.encoding,
        rate: track.clockRateHz,
        ...(track.channelCount === undefined ? {} : { encoding: track.channelCount }),
      },
      ...repairs,
    ],
    fmtp: [
      ...(config === '' ? [] : [{ payload: track.payloadType, config }]),
      ...(repair === undefined ? [] : [{ payload: repair.rtxPayloadType, config: rtxParameters(track, repair) }]),
    ],
    ...(repair === undefined ? {} : { rtcpFb: [{ payload: track.payloadType, type: 'nack' }] }),
    control: track.controlUrl,
  }
}

function rtxParameters({ payloadType }: SdpTrack, { rtxTimeMs }: SdpRepair): string {
  return `apt=${payloadType}${rtxTimeMs === undefined ? '' : `;rtx-time=${rtxTimeMs}`}`
}

/** Reads what a server described. Tracks without a known format or a=control, and of other kinds, are left out. */
export function readSdp(text: string): Decoded<PresentationDescription> {
  if (!/^v=0\s*$/m.test(text)) return badText('a session description, v=0', text)
  const session = parse(text)
  const range = session.invalid?.map(({ value }) => /^range:npt=[\d.]*-([\d.]+)$/.exec(value)?.[1]).find(Boolean)
  return {
    ok: true,
    value: {
      sessionId: String(session.origin?.sessionId ?? 0),
      serverAddress: session.origin?.address ?? '',
      title: String(session.name ?? ''),
      controlUrl: String(session.control ?? '*'),
      ...(range === undefined ? {} : { durationSeconds: Number(range) }),
      tracks: (session.media ?? []).flatMap((media) => trackOf(media) ?? []),
    },
  }
}

/** Of payload types that need no a=rtpmap, RFC 3551 table 5; those that are received here. */
const staticMaps = new Map<string, MediaDescription['rtp'][number]>([
  ['33', { payload: 33, codec: 'MP2T', rate: 90_000 }],
])

function trackOf(media: MediaDescription): SdpTrack | undefined {
  const map = media.rtp.find(({ codec }) => !isCodec(codec, 'ulpfec')) ?? staticMaps.get(firstPayload(media))
  if ((media.type !== 'video' && media.type !== 'audio') || map === undefined) return undefined
  if (media.control === undefined || map.rate === undefined) return undefined
  const config = media.fmtp.find(({ payload }) => payload === map.payload)?.config ?? ''
  const limit = media.bandwidth?.find(({ type }) => type === 'AS')?.limit
  return {
    kind: media.type,
    payloadType: map.payload,
    encoding: String(map.codec),
    clockRateHz: map.rate,
    ...(map.encoding === undefined ? {} : { channelCount: map.encoding }),
    formatParameters: readFormatParameters(config),
    controlUrl: String(media.control), // sdp-transform makes numbers of digits
    ...(limit === undefined ? {} : { bandwidthKbitPerSecond: Number(limit) }),
    ...repairOf(media, map.payload),
    ...parityOf(media),
  }
}

function firstPayload({ payloads = '' }: MediaDescription): string {
  return String(payloads).split(' ')[0] ?? ''
}

function parityOf({ rtp }: MediaDescription): Pick<SdpTrack, 'parityPayloadType'> {
  const payload = rtp.find(({ codec }) => isCodec(codec, 'ulpfec'))?.payload
  return payload === undefined ? {} : { parityPayloadType: payload }
}

function isCodec(codec: string | number, name: string): boolean {
  return String(codec).toLowerCase() === name
}

/** Only what can be asked for: with feedback, and a payload type that says whose retransmissions it holds. */
function repairOf(
  { protocol, rtcpFb = [], rtp, fmtp }: MediaDescription,
  payloadType: number,
): Pick<SdpTrack, 'repair'> {
  const isAsked = rtcpFb.some(({ payload, type, subtype }) => {
    return type === 'nack' && subtype === undefined && ['*', String(payloadType)].includes(String(payload))
  })
  if (!/^RTP\/AVPF$/i.test(protocol) || !isAsked) return {}
  for (const { payload } of rtp.filter(({ codec }) => isCodec(codec, 'rtx'))) {
    const parameters = readFormatParameters(fmtp.find((config) => config.payload === payload)?.config ?? '')
    if (parameters.get('apt') !== String(payloadType)) continue
    const rtxTimeMs = Number(parameters.get('rtx-time'))
    return { repair: { rtxPayloadType: payload, ...(rtxTimeMs > 0 ? { rtxTimeMs } : {}) } }
  }
  return {}
}

/** `name=value` pairs; a value may hold '=' (base64), and blanks around a pair do not count. */
function readFormatParameters(config: string): Map<string, string> {
  const pairs = config.split(';').map((pair) => pair.trim())
  return new Map(
    pairs.filter(Boolean).map((pair) => {
      const equals = pair.indexOf('=')
      return equals === -1 ? [pair.toLowerCase(), ''] : [pair.slice(0, equals).toLowerCase(), pair.slice(equals + 1)]
    }),
  )
}

/** A title that would end its line would begin another field; RFC 8866 section 5.3 wants one character at least. */
function oneLine(title: string): string {
  return title.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim() || '-'
}
