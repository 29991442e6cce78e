import { randomBytes } from 'node:crypto'
import type { SdpTrack } from '../protocol/sdp.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { readReceiverAddress, type ReceiverAddress } from './receiver-address.ts'
import { ReceiverConnection } from './receiver-connection.ts'
import { ReceiverConversation } from './receiver-conversation.ts'
import { ReceiverFailure } from './receiver-failure.ts'
import { openInterleavedWay, openUdpWay, type ReceiverWay, type WayListener } from './receiver-way.ts'
import {
  ReceivedPresentation,
  type MediaTaker,
  type ReceiverEnd,
  type ReceiverFigures,
} from './received-presentation.ts'
import type { TsSink } from './ts-recording.ts'

export type ReceiverOptions = {
  readonly url: string
  /** Absent: UDP, and TCP where the server refuses that; over TLS TCP alone, for UDP goes in the clear. */
  readonly transport?: 'udp' | 'tcp' | undefined
  /** Over TLS, any certificate is taken; absent: one for this host, of an authority that this machine trusts. */
  readonly acceptsAnyCertificate?: boolean | undefined
  readonly jitterBufferMs: number
  readonly askedMs?: number | undefined // the wish to play, of performance.now(); absent: now
  readonly userAgent: string
  readonly tell?: (event: ViewerEvent) => void
  /** What arrived, as a transport stream. */
  readonly onTransportStream?: TsSink | undefined
  /** Of the video; the keyframe before is where the server begins. 'now': where the server is, of live streams the newest.
   *  Absent: the beginning. */
  readonly startSeconds?: number | 'now' | undefined
  readonly taker?: MediaTaker | undefined
  /** Asks no OPTIONS first: a round trip less, of a server that is known. */
  readonly leavesOutOptions?: boolean | undefined
  /** The server has answered a request. */
  readonly onAnswer?: (() => void) | undefined
  /** Gives it up while it is being started; after that `close` does. */
  readonly signal?: AbortSignal | undefined
}

const ANSWER_MS = 10_000
const UNSUPPORTED_TRANSPORT = 461

/** A client that plays: to the end, until the server falls silent, or until it is closed. */
export type Receiver = {
  readonly transport: 'udp' | 'tcp'
  readonly ended: Promise<ReceiverEnd>
  figures(): ReceiverFigures
  /** What has been sent until the server stops still comes. Rejects with ReceiverFailure. */
  pause(): Promise<void>
  /** Goes on where it was paused. Rejects with ReceiverFailure. */
  resume(): Promise<void>
  /** Says goodbye; all figures are final then. */
  close(): Promise<void>
}

/** Plays an RTSP address (RFC 2326) without showing it: whatever the server sends is counted, put in order and judged.
 *  Resolves once PLAY is answered. Rejects with ReceiverFailure, RangeError for what is no RTSP address. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const address = readReceiverAddress(options.url)
  if (address === undefined) throw new RangeError(`no RTSP address: ${options.url}`)
  const transports = transportsFor(options.transport, address)
  const askedMs = options.askedMs ?? performance.now()
  for (const transport of transports) {
    const starting = new StartingReceiver(options, address, transport, askedMs)
    const giveUp = () => void starting.close()
    options.signal?.addEventListener('abort', giveUp)
    try {
      return await starting.start()
    } catch (error) {
      await starting.close()
      options.signal?.throwIfAborted()
      const isRefused = error instanceof ReceiverFailure && error.status === UNSUPPORTED_TRANSPORT
      if (!isRefused || transport === transports.at(-1)) throw error
    } finally {
      options.signal?.removeEventListener('abort', giveUp)
    }
  }
  throw new Error('no transport was tried')
}

function transportsFor(asked: ReceiverOptions['transport'], { isSecure }: ReceiverAddress): ('udp' | 'tcp')[] {
  if (asked !== undefined) return [asked]
  return isSecure ? ['tcp'] : ['udp', 'tcp']
}

/** One attempt, over one transport. */
class StartingReceiver {
  readonly #options: ReceiverOptions
  readonly #address: ReceiverAddress
  readonly #transport: 'udp' | 'tcp'
  readonly #askedMs: number
  readonly #channels = new Map<number, (datagram: Uint8Array) => void>()
  readonly #ways: ReceiverWay[] = []
  readonly #cname = randomBytes(12).toString('base64url') // 96 bits, RFC 7022 section 4.2
  #connection: ReceiverConnection | undefined
  #conversation: ReceiverConversation | undefined
  #presentation: ReceivedPresentation | undefined
  #keepAlive: NodeJS.Timeout | undefined
  #closed: Promise<void> | undefined

  constructor(options: ReceiverOptions, address: ReceiverAddress, transport: 'udp' | 'tcp', askedMs: number) {
    this.#options = options
    this.#address = address
    this.#transport = transport
    this.#askedMs = askedMs
  }

  async start(): Promise<Receiver> {
    const { host, port, url, credentials, isSecure } = this.#address
    const { userAgent, acceptsAnyCertificate = false } = this.#options
    this.#connection = await ReceiverConnection.open({
      host,
      port,
      tls: isSecure ? (acceptsAnyCertificate ? 'unchecked' : 'checked') : undefined,
      credentials,
      userAgent,
      timeoutMs: ANSWER_MS,
      onAnswer: this.#options.onAnswer,
      onInterleaved: (channel, payload) => this.#channels.get(channel)?.(payload),
      onLost: (why) => this.#presentation?.connectionLost(why, this.#transport),
    })
    const conversation = new ReceiverConversation(this.#connection, url)
    this.#conversation = conversation
    const { tracks: offers, durationSeconds } = await conversation.describe({
      leavesOutOptions: this.#options.leavesOutOptions ?? false,
    })
    const { startSeconds = 0, taker } = this.#options
    const tracks = oneOfEach(taker?.choose(offers) ?? offers)
    if (tracks.length === 0) throw new ReceiverFailure('unplayable', 'the server describes no track that RTP carries')
    const presentation = this.#newPresentation(tracks, durationSeconds)
    for (const [index, track] of tracks.entries())
      await conversation.setUp(track, await this.#openWay(index, presentation))
    const answer = await conversation.play(tracks, startSeconds === 'now' ? undefined : startSeconds)
    this.#beginKeepAlive(conversation)
    presentation.begin(answer, this.#connection.roundTripMs)
    return {
      transport: this.#transport,
      ended: presentation.ended,
      figures: () => presentation.figures(),
      pause: async () => {
        await conversation.pause()
        presentation.pause()
      },
      resume: () => presentation.resume(() => conversation.play(tracks, undefined)),
      close: () => this.close(),
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#closeAll())
  }

  async #closeAll(): Promise<void> {
    clearInterval(this.#keepAlive)
    this.#presentation?.close()
    await this.#conversation?.tearDown()
    this.#connection?.close()
    await Promise.all(this.#ways.map((way) => way.close()))
  }

  #newPresentation(tracks: readonly SdpTrack[], durationSeconds: number | undefined): ReceivedPresentation {
    const { jitterBufferMs, tell = () => {}, onTransportStream, taker } = this.#options
    const options = { tracks, jitterBufferMs, durationSeconds, tell, onTransportStream, taker, cname: this.#cname }
    this.#presentation = new ReceivedPresentation({
      ...options,
      askedMs: this.#askedMs,
      sendRtcp: (index, bytes) => this.#ways[index]?.sendRtcp(bytes),
    })
    return this.#presentation
  }

  async #openWay(index: number, presentation: ReceivedPresentation): Promise<ReceiverWay> {
    const listener: WayListener = {
      onRtp: (datagram) => presentation.takeRtp(index, datagram, performance.now()),
      onRtcp: (datagram) => presentation.takeRtcp(index, datagram, performance.now()),
    }
    const connection = this.#connection as ReceiverConnection
    const way =
      this.#transport === 'udp'
        ? await openUdpWay(connection, listener)
        : openInterleavedWay(connection, index, this.#channels, listener)
    this.#ways.push(way)
    return way
  }

  #beginKeepAlive(conversation: ReceiverConversation): void {
    this.#keepAlive = setInterval(() => {
      conversation.keepAlive().catch(() => {}) // a lost connection is told by itself
    }, conversation.keepAliveMs)
  }
}

/** A server may offer a track twice, with feedback and without: the one that can be repaired is taken. */
function oneOfEach(offers: readonly SdpTrack[]): SdpTrack[] {
  const byControl = new Map<string, SdpTrack>()
  for (const offer of offers) {
    if (byControl.get(offer.controlUrl)?.repair === undefined) byControl.set(offer.controlUrl, offer)
  }
  return [...byControl.values()]
}
