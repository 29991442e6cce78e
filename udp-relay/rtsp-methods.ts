import { describePresentation } from '../protocol/presentation-sdp.ts'
import {
  readNptRange,
  readSessionHeader,
  writeNptRange,
  writeRtpInfo,
  writeSessionHeader,
  writeTransport,
} from '../protocol/rtsp-headers.ts'
import type { RtspRequest } from '../protocol/rtsp-message.ts'
import type { AnswerHeaders } from '../protocol/rtsp-response.ts'
import type { Authentication } from './authentication.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import type { MulticastStreams } from './multicast-streams.ts'
import { plainAddress } from './plain-address.ts'
import { PlayoutRefusal, type PlayoutStart } from './playout.ts'
import type { OpenPresentation, PresentationSource } from './presentation-source.ts'
import { readPresentationWish, type PresentationWish } from './presentation-wish.ts'
import { paceHeaders, readPace } from './rtsp-pace.ts'
import type { Publishing } from './publishing.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import { readRtspAddress, trackUrl, type RtspAddress } from './rtsp-url.ts'
import { chooseTransport, type TransportOffer } from './transport-offer.ts'
import type { ViewerLinks } from './viewer-link.ts'
import type { ViewerSession, Viewer } from './viewer-session.ts'
import type { ViewerSessions } from './viewer-sessions.ts'

/** A 200. CSeq, Date and the like are added where it is written. */
export type RtspReply = { readonly headers: AnswerHeaders; readonly body?: string }

/** `respond` resolves when the reply has left the process. */
export type Exchange = {
  readonly request: RtspRequest
  readonly viewer: Viewer
  readonly channels: InterleavedChannels // of the connection
  readonly respond: (reply: RtspReply) => Promise<void>
  /** The connection now belongs to a viewer of this session. */
  readonly onSession: (id: string) => void
}

export type RelayParts = {
  readonly source: PresentationSource
  readonly sessions: ViewerSessions
  readonly links: ViewerLinks | undefined
  readonly streams: MulticastStreams | undefined // undefined: no multicast
  readonly publishing: Publishing
  readonly authentication: Authentication | undefined // undefined: everyone may
}

type Method = (exchange: Exchange, parts: RelayParts) => Promise<void>

/** What viewers ask, RFC 2326 section 10; REDIRECT is a server's. */
const methods: ReadonlyMap<string, Method> = new Map([
  ['OPTIONS', options],
  ['DESCRIBE', describe],
  ['SETUP', setUp],
  ['PLAY', play],
  ['PAUSE', pause],
  ['TEARDOWN', tearDown],
  ['GET_PARAMETER', parameter],
  ['SET_PARAMETER', parameter],
])
const MOST_AGENT_CHARACTERS = 200
const methodNames = [...methods.keys(), 'ANNOUNCE', 'RECORD'].join(', ')

/** Answers a request by `respond`, or throws: RtspRefusal, PlayoutRefusal, or our own mistake. */
export async function answer(exchange: Exchange, parts: RelayParts): Promise<void> {
  const { method, version, headers } = exchange.request
  if (version !== '1.0') throw new RtspRefusal(505, `RTSP/${version}`)
  if (!headers.has('cseq')) throw new RtspRefusal(400, 'no CSeq')
  const required = headers.get('require') ?? headers.get('proxy-require')
  if (required !== undefined) throw new RtspRefusal(551, `Require: ${required}`, { unsupported: required })
  if (method !== 'OPTIONS') parts.authentication?.check(exchange.request) // players ask what there is before they know who
  checkLink(exchange, parts)
  if (await parts.publishing.answer(exchange)) return
  const carryOut = methods.get(method)
  if (carryOut === undefined) throw new RtspRefusal(501, `method ${method.slice(0, 40)}`, { allow: methodNames })
  await carryOut(exchange, parts)
}

/** All requests of a connection are for the link that its first one named: their bytes have crossed it. */
function checkLink({ request, viewer }: Exchange, { links }: RelayParts): void {
  const address = readRtspAddress(request.url)
  if (address === undefined || address.linkId === viewer.linkId) return
  const { linkId } = address
  const isUnknown = linkId !== undefined && links?.find(linkId) === undefined
  const reason = isUnknown ? 'No Such Link' : 'Link of Another Connection'
  const message = `link ${linkId?.slice(0, 60)} on a connection through ${viewer.linkId}`
  throw new RtspRefusal(404, message, {}, reason)
}

/** As a sign of life it may name a session. */
async function options(exchange: Exchange, { sessions }: RelayParts): Promise<void> {
  findNamedSession(exchange, sessions)
  await exchange.respond({ headers: { public: methodNames } })
}

async function describe({ request, viewer, respond }: Exchange, { source, streams }: RelayParts): Promise<void> {
  const accept = request.headers.get('accept')
  if (accept !== undefined && !/application\/(sdp|\*)|\*\/\*/i.test(accept)) throw new RtspRefusal(406, accept)
  const address = addressOf(request)
  const wish = wishOf(address)
  const presentation = await openPresentation(source, address, wish)
  try {
    const requestUrl = request.url
    const body = describePresentation(presentation.outline(), {
      title: presentation.title,
      requestUrl,
      serverAddress: plainAddress(viewer.localAddress),
      nowUnixMs: Date.now(),
      trackUrl: (trackIndex) => trackUrl(address, presentation.variant, trackIndex),
      ...wish,
      multicast: wish.isMulticast ? streams?.addressOf(presentation, wish) : undefined,
    })
    await respond({ headers: { 'content-type': 'application/sdp', 'content-base': `${requestUrl}/` }, body })
  } finally {
    presentation.close()
  }
}

async function setUp(exchange: Exchange, parts: RelayParts): Promise<void> {
  const { request, viewer, channels, respond } = exchange
  const { sessions, streams } = parts
  const address = addressOf(request)
  const { address: viewerAddress } = viewer
  const offer = chooseTransport(request.headers.get('transport'), {
    address: viewerAddress,
    mode: 'PLAY',
    allowsMulticast: streams !== undefined && viewer.link === undefined, // a link is one viewer's alone
    allowsFeedback: wishOf(address).repairs,
  })
  const named = findNamedSession(exchange, sessions)
  if (named === undefined) sessions.checkRoom(viewerAddress)
  const session = named ?? (await openSession(exchange, offer.kind, parts))
  try {
    const transport = await session.setUp(address.trackIndex, offer, channels)
    session.trackUrls.set(address.trackIndex ?? 0, request.url)
    exchange.onSession(session.id)
    await respond({ headers: { ...sessionHeader(session, sessions), transport: writeTransport(transport) } })
  } catch (error) {
    if (named === undefined) session.end('failed')
    throw error
  }
}

async function openSession(
  { request, viewer, channels }: Exchange,
  kind: TransportOffer['kind'],
  { source, sessions, streams }: RelayParts,
): Promise<ViewerSession> {
  const address = addressOf(request)
  const wish = wishOf(address)
  const presentation = await openPresentation(source, address, wish)
  const userAgent = request.headers.get('user-agent')?.slice(0, MOST_AGENT_CHARACTERS)
  const wanted = { viewer, presentation, wish, userAgent }
  if (kind !== 'multicast') return sessions.create({ ...wanted, way: { kind, channels } })
  if (streams === undefined) throw new Error('multicast was accepted where there is none')
  try {
    const stream = await streams.streamOf(await openPresentation(source, address, wish), wish)
    return sessions.create({ ...wanted, way: { kind, stream, streams } })
  } catch (error) {
    presentation.close()
    throw error
  }
}

async function play(exchange: Exchange, { sessions }: RelayParts): Promise<void> {
  const { request, respond } = exchange
  const session = findSession(exchange, sessions)
  const rangeText = request.headers.get('range')
  const range = readNptRange(rangeText ?? 'npt=now-')
  if (!range.ok) throw new RtspRefusal(range.fault.code === 'unsupported' ? 501 : 457, `Range: ${rangeText}`)
  const { startSeconds, endSeconds = 0 } = range.value
  const pace = session.servedPace(readPace(request.headers))
  if (pace.scale < 0 && startSeconds !== undefined && startSeconds < endSeconds) {
    throw new RtspRefusal(457, `Range: ${rangeText} at a Scale of ${pace.scale}`)
  }
  const wanted = { trackIndex: trackOf(request), startSeconds, endSeconds, hasRange: startSeconds !== undefined, pace }
  await session.play(wanted, (start) =>
    respond({
      headers: {
        ...sessionHeader(session, sessions),
        ...paceHeaders(request.headers, pace),
        ...(start === undefined ? {} : startHeaders(request, session, start)),
      },
    }),
  )
}

const REVERSE_ROOM_SECONDS = 1 // of GStreamer, for packets under way

function startHeaders(
  { headers }: RtspRequest,
  session: ViewerSession,
  { startSeconds, durationSeconds, endSeconds: reverseEndSeconds, tracks }: PlayoutStart,
): Record<string, string> {
  const info = [...session.trackUrls].flatMap(([trackIndex, url]) => {
    const track = tracks[trackIndex]
    return track === undefined ? [] : [{ url, ...track }]
  })
  // VLC takes the end of its seek bar from here. GStreamer cuts off what comes later than that after PLAY, so it would
  // lose as much of the end as the first packet was under way. Backwards it needs both, for the length alone.
  const isGStreamer = /GStreamer/i.test(headers.get('user-agent') ?? '')
  const isOpen = !session.presentation.outline().ended || isGStreamer
  const endSeconds = reverseEndSeconds ?? (isOpen ? undefined : durationSeconds)
  const roomSeconds = isGStreamer && reverseEndSeconds !== undefined ? REVERSE_ROOM_SECONDS : 0
  const range = { startSeconds: startSeconds + roomSeconds, ...(endSeconds === undefined ? {} : { endSeconds }) }
  return { range: session.isLooped ? 'npt=now-' : writeNptRange(range), 'rtp-info': writeRtpInfo(info) }
}

async function pause(exchange: Exchange, { sessions }: RelayParts): Promise<void> {
  const session = findSession(exchange, sessions)
  session.pause(trackOf(exchange.request))
  await exchange.respond({ headers: sessionHeader(session, sessions) })
}

async function tearDown(exchange: Exchange, { sessions }: RelayParts): Promise<void> {
  const session = findSession(exchange, sessions)
  session.tearDown(trackOf(exchange.request))
  await exchange.respond({ headers: { session: session.id } })
}

/** Without a body it is a sign of life; there are no parameters. */
async function parameter(exchange: Exchange, { sessions }: RelayParts): Promise<void> {
  const session = findNamedSession(exchange, sessions)
  if (exchange.request.body.length > 0) throw new RtspRefusal(451, 'there are no parameters')
  await exchange.respond({ headers: session === undefined ? {} : sessionHeader(session, sessions) })
}

function addressOf({ url }: RtspRequest): RtspAddress {
  const address = readRtspAddress(url)
  if (address === undefined) throw new RtspRefusal(404, `no presentation at ${url.slice(0, 100)}`)
  return address
}

/** After SETUP the session names the presentation; of the URL only the track counts. */
function trackOf({ url }: RtspRequest): number | undefined {
  return readRtspAddress(url)?.trackIndex
}

function wishOf({ query }: RtspAddress): PresentationWish {
  const wish = readPresentationWish(query)
  if (wish === undefined) throw new RtspRefusal(404, `nothing is offered as ${query.slice(0, 100)}`)
  return wish
}

async function openPresentation(
  source: PresentationSource,
  address: RtspAddress,
  wish: PresentationWish,
): Promise<OpenPresentation> {
  const presentation = await source.open(address.videoId, address.variant)
  if (presentation === undefined) throw new RtspRefusal(404, `no video ${address.videoId.slice(0, 40)}`)
  const refusal = refusedWish(wish, presentation)
  if (refusal === undefined) return presentation
  presentation.close()
  throw refusal
}

function refusedWish({ payload, isLooped }: PresentationWish, presentation: OpenPresentation): RtspRefusal | undefined {
  if (payload === 'mp2t' && presentation.live !== undefined) {
    return new RtspRefusal(404, 'what is published has no transport stream')
  }
  if (payload === 'mp2t' && presentation.outline().video === undefined) {
    return new RtspRefusal(404, 'sound alone has no transport stream')
  }
  if (!isLooped || presentation.outline().ended) return undefined
  return new RtspRefusal(503, 'a video that is still being segmented cannot begin again')
}

function findSession(exchange: Exchange, sessions: ViewerSessions): ViewerSession {
  const session = findNamedSession(exchange, sessions)
  if (session === undefined) throw new RtspRefusal(454, 'no Session header')
  return session
}

function findNamedSession(
  { request, viewer, onSession }: Exchange,
  sessions: ViewerSessions,
): ViewerSession | undefined {
  const text = request.headers.get('session')
  if (text === undefined) return undefined
  const session = sessions.find(readSessionHeader(text).id, viewer)
  onSession(session.id)
  return session
}

function sessionHeader({ id }: ViewerSession, { timeoutSeconds }: ViewerSessions): { session: string } {
  return { session: writeSessionHeader({ id, timeoutSeconds }) }
}

/** What a refused playout is to RTSP. */
export function refusalOf(error: unknown): RtspRefusal | undefined {
  if (error instanceof RtspRefusal) return error
  if (!(error instanceof PlayoutRefusal)) return undefined
  const statuses = { 'start-beyond-end': 457, 'nothing-to-play': 503, superseded: 455 } as const
  return new RtspRefusal(statuses[error.code], error.message)
}
