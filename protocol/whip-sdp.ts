import { parse, type MediaDescription } from 'sdp-transform'

/** A track that a publisher offers, in the one format in which we take it. */
export type WhipTrack = {
  readonly mid: string
  readonly payloadType: number
  readonly formatParameters: string // of its a=fmtp
}

/** What an offer has for us: H.264 pictures, and Opus where there is sound. */
export type WhipOffer = { readonly video: WhipTrack; readonly audio?: WhipTrack }

/** `why` says what was expected and what came. */
export type ReadWhipOffer =
  | { readonly ok: true; readonly offer: WhipOffer }
  | { readonly ok: false; readonly why: string }

const MAX_TRACKS = 8

/** Reads a publisher's SDP offer, RFC 9725 section 4.2: one track of pictures that can be H.264 of constrained baseline in
 *  packetization-mode 1 (RFC 6184 section 8.1), at most one of sound that can be Opus (RFC 7587), both sent to us, in one transport. */
export function readWhipOffer(sdp: string): ReadWhipOffer {
  if (!/^v=0\s*$/m.test(sdp)) return refused('an SDP offer, v=0')
  const { media, fingerprint } = parse(sdp)
  if (media.length === 0 || media.length > MAX_TRACKS) return refused(`1 to ${MAX_TRACKS} media`, `${media.length}`)
  const videos = media.filter(({ type }) => type === 'video')
  const audios = media.filter(({ type }) => type === 'audio')
  const [video, audio] = [videos[0], audios[0]]
  if (video === undefined || videos.length > 1 || audios.length > 1 || media.length > videos.length + audios.length) {
    const got = media.map(({ type }) => String(type).slice(0, 20)).join(', ')
    return refused('one track of pictures and at most one of sound', got)
  }
  for (const { mid, direction, type, ...rest } of [video, ...audios]) {
    if (direction !== 'sendonly' && direction !== 'sendrecv') return refused(`${type} that is sent`, direction)
    if (mid === undefined || rest.rtcpMux === undefined) return refused(`${type} with a=mid and a=rtcp-mux`)
    if ((rest.fingerprint ?? fingerprint) === undefined) return refused(`${type} over DTLS, with a=fingerprint`)
  }
  const h264 = h264Of(video)
  if (h264 === undefined) return refused('H.264 of constrained baseline with packetization-mode=1', codecsOf(video))
  const opus = audio && opusOf(audio)
  if (audio !== undefined && opus === undefined) return refused('Opus', codecsOf(audio))
  return { ok: true, offer: { video: h264, ...(opus && { audio: opus }) } }
}

/** The answer as the publisher gets it, of one that a sending and receiving peer has made: we receive, and feedback of congestion, which
 *  we do not send, is not promised. */
export function receivingAnswer(sdp: string): string {
  return sdp
    .replaceAll(/^a=sendrecv(?=\r?$)/gm, 'a=recvonly')
    .replaceAll(/^a=(?:ssrc|msid|rtcp-fb:\d+ (?:goog-remb|transport-cc))\b.*\r?\n/gm, '')
}

function refused(expected: string, got?: string): ReadWhipOffer {
  return { ok: false, why: `expected ${expected}${got === undefined ? '' : `, got ${got}`}` }
}

const CONSTRAINED_BASELINE = /^42[4-7c-f]/i // profile_idc 66 with constraint_set1_flag, RFC 6184 section 8.1

function h264Of(media: MediaDescription): WhipTrack | undefined {
  return trackOf(media, 'h264', (parameters) => {
    const profile = /(?:^|;) *profile-level-id=([0-9a-f]{6})/i.exec(parameters)?.[1] ?? ''
    return /(?:^|;) *packetization-mode=1(?:;|$)/.test(parameters) && CONSTRAINED_BASELINE.test(profile)
  })
}

function opusOf(media: MediaDescription): WhipTrack | undefined {
  return trackOf(media, 'opus', () => true)
}

function trackOf(media: MediaDescription, codec: string, fits: (parameters: string) => boolean): WhipTrack | undefined {
  for (const map of media.rtp) {
    const formatParameters = media.fmtp.find(({ payload }) => payload === map.payload)?.config ?? ''
    if (String(map.codec).toLowerCase() !== codec || !fits(formatParameters)) continue
    return { mid: String(media.mid), payloadType: map.payload, formatParameters }
  }
  return undefined
}

function codecsOf({ rtp }: MediaDescription): string {
  return [...new Set(rtp.map(({ codec }) => String(codec).slice(0, 20)))].slice(0, 10).join(', ') || 'none'
}
