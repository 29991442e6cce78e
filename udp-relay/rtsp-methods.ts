import { describePresentation } from '../protocol/presentation-sdp.ts'
import {
  readNptRange,
  readSessionHeader,
  readTransport,
  writeNptRange,
  writeRtpInfo,
  writeSessionHeader,
  writeTransport,
  type TransportSpec,
} from '../protocol/rtsp-headers.ts'
import type { RtspRequest } from '../protocol/rtsp-message.ts'
import { PlayoutRefusal, type PlayoutStart } from './playout.ts'
import type { OpenPresentation, PresentationSource } from './presentation-source.ts'
import { readPresentationWish, type PresentationWish } from './presentation-wish.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import { readRtspAddress, trackUrl, type RtspAddress } from './rtsp-url.ts'
import type { ViewerLinks } from './viewer-link.ts'
import type { ViewerSession, Viewer } from './viewer-session.ts'
import type { ViewerSessions } from './viewer-sessions.ts'

/** A 200. CSeq, Date and the like are added where it is written. */
export type RtspReply = { readonly headers: Readonly<Record<string, string>>; readonly body?: string }

/** `respond` resolves when the reply has left the process. */
export type Exchange = {
  readonly request: RtspRequest
  readonly viewer: Viewer
  readonly respond: (reply: RtspReply) => Promise<void>
  /** The connection now belongs to a viewer of this session. */
  readonly onSession: (id: string) => void
}

export type RelayParts = {
  readonly source: PresentationSource
  readonly sessions: ViewerSessions
  readonly ports: RtpPorts
  readonly links: ViewerLinks | undefined
}

type Method = (exchange: Exchange, parts: RelayParts) => Promise<void>

/** RFC 2326 section 10. ANNOUNCE, RECORD and REDIRECT belong to servers of another kind. */
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
const methodNames = [...methods.keys()].join(', ')

/** Answers a request by `respond`, or throws: RtspRefusal, PlayoutRefusal, or our own mistake. */
export async function answer(exchange: Exchange, parts: RelayParts): Promise<void> {
  const { method, version, headers } = exchange.request
  if (version !== '1.0') throw new RtspRefusal(505, `RTSP/${version}`)
  if (!headers.has('cseq')) throw new RtspRefusal(400, 'no CSeq')
  const required = headers.get('require') ?? headers.get('proxy-require')
  if (required !== undefined) throw new RtspRefusal(551, `Require: ${required}`, { unsupported: required })
  checkLink(exchange, parts)
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

async function describe({ request, viewer, respond }: Exchange, { source }: RelayParts): Promise<void> {
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
    })
    await respond({ headers: { 'content-type': 'application/sdp', 'content-base': `${requestUrl}/` }, body })
  } finally {
    presentation.close()
  }
}

async function setUp(exchange: Exchange, { source, sessions, ports }: RelayParts): Promise<void> {
  const { request, viewer, respond } = exchange
  const address = addressOf(request)
  const offer = chooseTransport(request, viewer)
  const named = findNamedSession(exchange, sessions)
  if (named === undefined) sessions.checkRoom(viewer.address)
  const session = named ?? (await newSession(exchange, address, { source, sessions }))
  try {
    const [rtpPort, rtcpPort] = offer.clientPorts
    const track = await session.setUp(address.trackIndex, { rtpPort, rtcpPort })
    session.trackUrls.set(address.trackIndex ?? 0, request.url)
    exchange.onSession(session.id)
    const transport: TransportSpec = {
      lowerTransport: 'udp',
      cast: 'unicast',
      source: plainAddress(viewer.localAddress),
      clientPorts: offer.clientPorts,
      serverPorts: [ports.rtpPort, ports.rtcpPort],
      ssrc: track.ssrc,
      mode: 'PLAY',
    }
    await respond({ headers: { ...sessionHeader(session, sessions), transport: writeTransport(transport) } })
  } catch (error) {
    if (named === undefined) session.end('failed')
    throw error
  }
}

async function newSession(
  { viewer }: Exchange,
  address: RtspAddress,
  { source, sessions }: Pick<RelayParts, 'source' | 'sessions'>,
): Promise<ViewerSession> {
  const wish = wishOf(address)
  return sessions.create({ viewer, wish, presentation: await openPresentation(source, address, wish) })
}

async function play(exchange: Exchange, { sessions }: RelayParts): Promise<void> {
  const { request, respond } = exchange
  const session = findSession(exchange, sessions)
  const rangeText = request.headers.get('range')
  const range = readNptRange(rangeText ?? 'npt=now-')
  if (!range.ok) throw new RtspRefusal(range.fault.code === 'unsupported' ? 501 : 457, `Range: ${rangeText}`)
  const { startSeconds } = range.value
  const wanted = { trackIndex: trackOf(request), startSeconds, hasRange: startSeconds !== undefined }
  await session.play(wanted, (start) =>
    respond({
      headers: {
        ...sessionHeader(session, sessions),
        ...normalSpeed(request),
        ...(start === undefined ? {} : startHeaders(request, session, start)),
      },
    }),
  )
}

function startHeaders(
  { headers }: RtspRequest,
  session: ViewerSession,
  { startSeconds, durationSeconds, tracks }: PlayoutStart,
): Record<string, string> {
  const info = [...session.trackUrls].flatMap(([trackIndex, url]) => {
    const track = tracks[trackIndex]
    return track === undefined ? [] : [{ url, ...track }]
  })
  // VLC takes the end of its seek bar from here. GStreamer cuts off what comes later than that after PLAY, so it would
  // lose as much of the end as the first packet was under way.
  const isOpen = !session.presentation.outline().ended || /GStreamer/i.test(headers.get('user-agent') ?? '')
  const range = { startSeconds, ...(isOpen ? {} : { endSeconds: durationSeconds }) }
  return { range: session.isLive ? 'npt=now-' : writeNptRange(range), 'rtp-info': writeRtpInfo(info) }
}

/** Who asks for another speed is told the one used, RFC 2326 sections 12.34 and 12.35. */
function normalSpeed({ headers }: RtspRequest): Record<string, string> {
  return { ...(headers.has('scale') ? { scale: '1.0' } : {}), ...(headers.has('speed') ? { speed: '1.0' } : {}) }
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
  { isLive }: PresentationWish,
): Promise<OpenPresentation> {
  const presentation = await source.open(address.videoId, address.variant)
  if (presentation === undefined) throw new RtspRefusal(404, `no video ${address.videoId.slice(0, 40)}`)
  if (!isLive || presentation.outline().ended) return presentation
  presentation.close()
  throw new RtspRefusal(503, 'a video that is still being segmented cannot begin again')
}

/** The first offer that can be served: UDP, to the connection's own address. */
function chooseTransport(
  { headers }: RtspRequest,
  viewer: Viewer,
): TransportSpec & Required<Pick<TransportSpec, 'clientPorts'>> {
  const text = headers.get('transport')
  if (text === undefined) throw new RtspRefusal(400, 'SETUP without Transport')
  for (const offer of readTransport(text)) {
    const { lowerTransport, cast, clientPorts, mode = 'PLAY', destination = viewer.address } = offer
    const isOwnAddress = plainAddress(destination) === plainAddress(viewer.address)
    if (lowerTransport !== 'udp' || cast !== 'unicast' || mode !== 'PLAY' || !isOwnAddress) continue
    if (clientPorts !== undefined && Math.min(...clientPorts) > 0) return { ...offer, clientPorts }
  }
  throw new RtspRefusal(461, `Transport: ${text.slice(0, 100)}`)
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

/** An IPv4 address as a dual-stack socket tells it, in its own form. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** What a refused playout is to RTSP. */
export function refusalOf(error: unknown): RtspRefusal | undefined {
  if (error instanceof RtspRefusal) return error
  if (!(error instanceof PlayoutRefusal)) return undefined
  const statuses = { 'start-beyond-end': 457, 'nothing-to-play': 503, superseded: 455 } as const
  return new RtspRefusal(statuses[error.code], error.message)
}
