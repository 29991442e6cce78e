import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ControlEvent } from '../protocol/udp-control.ts'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'
import { answerOffer, loadDataChannels, type DataChannels } from './data-channel.ts'
import { answerMedia } from './media-peer.ts'
import { MediaSession, type MediaWish } from './media-session.ts'
import { Refusal } from './refusal.ts'
import { openPresentation, type SessionWish } from './session-wish.ts'
import { MAX_CONTROL_CHARACTERS } from './udp-control-step.ts'
import { UdpSession, type SessionChannel, type SessionParts } from './udp-session.ts'
import { webSocketChannel } from './web-socket-channel.ts'
import { pingClients } from './web-socket-pings.ts'

type Entry = {
  readonly id: string
  readonly wish: SessionWish
  readonly address: string
  readonly openedMs: number
  presentation?: OpenPresentation // until its session takes it over
  session?: Pick<UdpSession, 'status' | 'receptions' | 'close' | 'handleDatagram'>
  close: () => void
}

const SESSIONS_PER_ADDRESS = 32
const CONNECTING_MS = 15_000
const CLOSE_POLICY = 1008 // RFC 6455 section 7.4.1

/** The UDP sessions of all pages, by id: over data channels, or over WebSockets with the same packets and messages. */
export class UdpSessions {
  readonly #parts: SessionParts
  readonly #entries = new Map<string, Entry>()
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_CONTROL_CHARACTERS,
  })
  readonly #endPings = pingClients(this.#server) // else one who paused and is gone keeps his place for ever

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#entries.size
  }

  /** Throws `unknown-session`, also for one whose channels are not open yet. */
  status(id: string): UdpSessionStatus {
    const status = this.#entries.get(id)?.session?.status()
    if (status === undefined) throw unknownSession(id)
    return status
  }

  /** It is gone at once: its connection's own close comes when the page has answered. Throws `unknown-session`. */
  remove(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw unknownSession(id)
    entry.close()
    this.#end(entry)
  }

  /** Answers a page's SDP offer; the session begins when the page's channels are open. */
  async openDataChannels(wish: SessionWish, address: string, offer: string): Promise<{ id: string; sdp: string }> {
    const dataChannels = await requireDataChannels()
    const entry = this.#reserve(wish, address)
    try {
      const presentation = await openPresentation(this.#parts.source, wish)
      entry.presentation = presentation
      let session: UdpSession | undefined
      const answer = await answerOffer(dataChannels, offer, {
        onOpen: (channel) => {
          if (this.#entries.has(entry.id)) session = this.#begin(entry, presentation, channel)
        },
        onControl: (text) => session?.handleControl(text),
        onDatagram: (datagram) => entry.session?.handleDatagram(datagram),
        onClosed: () => this.#end(entry),
      })
      entry.close = answer.close
      setTimeout(() => entry.session ?? answer.close(), CONNECTING_MS).unref()
      return { id: entry.id, sdp: answer.sdp }
    } catch (error) {
      this.#end(entry)
      throw error
    }
  }

  /** Answers a player's SDP offer to receive media; the session plays as soon as the player can be sent to. */
  async openMedia(wish: MediaWish, address: string, offer: string): Promise<{ id: string; sdp: string }> {
    const library = await requireDataChannels()
    const entry = this.#reserve(wish, address)
    try {
      const presentation = await openPresentation(this.#parts.source, wish, 'opus')
      entry.presentation = presentation
      const session = new MediaSession({ id: entry.id, wish, presentation, offer }, this.#parts)
      this.#take(entry, session)
      let isOpen = false
      const answer = await answerMedia(library, offer, session.plan, {
        onOpen: () => {
          isOpen = true
          this.#parts.logger.info({ session: entry.id, ...wish, transport: 'webrtc-media' }, 'UDP session begins')
          void session.play()
        },
        onRtcp: (datagram) => session.handleDatagram(datagram),
        onClosed: () => this.#end(entry),
      })
      session.connect(answer)
      entry.close = answer.close
      if (!this.#entries.has(entry.id)) answer.close() // removed meanwhile
      setTimeout(() => isOpen || answer.close(), CONNECTING_MS).unref()
      return { id: entry.id, sdp: answer.sdp }
    } catch (error) {
      this.#end(entry)
      throw error
    }
  }

  /** Takes over the connection, or throws the refusal. An unknown video is told on the open WebSocket. */
  openWebSocket(wish: SessionWish, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const entry = this.#reserve(wish, request.socket.remoteAddress ?? '')
    socket.once('close', () => this.#end(entry)) // also when the handshake fails
    this.#server.handleUpgrade(request, socket, head, (client) => this.#join(entry, client))
  }

  close(): void {
    this.#endPings()
    for (const entry of [...this.#entries.values()]) entry.close()
  }

  #join(entry: Entry, client: WebSocket): void {
    const channel = webSocketChannel(client)
    entry.close = channel.close
    const joined = openPresentation(this.#parts.source, entry.wish).then((presentation) =>
      this.#begin(entry, presentation, channel),
    )
    joined.catch((error: unknown) => {
      const { code, message } = error instanceof Refusal ? error : new Refusal('internal', 'see the log')
      if (code === 'internal') this.#parts.logger.error({ err: error, session: entry.id }, 'a UDP session failed')
      const stopped: ControlEvent = { kind: 'stopped', code, message }
      channel.sendControl(JSON.stringify(stopped))
      client.close(CLOSE_POLICY, code)
    })
    client.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return entry.session?.handleDatagram(data)
      joined.then((session) => session.handleControl(data.toString())).catch(() => {}) // told above
    })
  }

  /** Throws `too-many-sessions`, `unknown-link`. */
  #reserve(wish: SessionWish, address: string): Entry {
    const { links, timer } = this.#parts
    const count = [...this.#entries.values()].filter((entry) => entry.address === address).length
    if (count >= SESSIONS_PER_ADDRESS) {
      throw new Refusal('too-many-sessions', `expected at most ${SESSIONS_PER_ADDRESS} sessions from ${address}`)
    }
    if (wish.link !== undefined) links.get(wish.link)
    const entry: Entry = { id: randomUUID(), wish, address, openedMs: timer.nowMs(), close: () => {} }
    this.#entries.set(entry.id, entry)
    return entry
  }

  #begin(entry: Entry, presentation: OpenPresentation, channel: SessionChannel): UdpSession {
    const { id, wish } = entry
    const session = new UdpSession({ id, wish, presentation, channel }, this.#parts)
    this.#take(entry, session)
    this.#parts.logger.info({ session: id, ...wish, transport: channel.transport }, 'UDP session begins')
    return session
  }

  /** The presentation is the session's from here on. */
  #take(entry: Entry, session: NonNullable<Entry['session']>): void {
    entry.session = session
    delete entry.presentation
    if (!this.#entries.has(entry.id)) session.close() // gone while it was being opened
  }

  /** The way to the page is gone, or was never there. */
  #end({ id, session, presentation, openedMs }: Entry): void {
    if (!this.#entries.delete(id)) return
    if (session === undefined) return presentation?.close()
    session.close()
    const { offeredPackets, droppedPackets } = session.status()
    const seconds = Math.round(this.#parts.timer.nowMs() - openedMs) / 1000 // ms to s
    const { receiverReports, lostPackets: reportedLostPackets, roundTripMs } = session.receptions
    const reported = { receiverReports, reportedLostPackets, roundTripMs }
    this.#parts.logger.info({ session: id, seconds, offeredPackets, droppedPackets, ...reported }, 'UDP session ended')
  }
}

/** Throws `no-data-channel`. */
async function requireDataChannels(): Promise<DataChannels> {
  const library = await loadDataChannels()
  if (library === undefined) throw new Refusal('no-data-channel', 'node-datachannel could not be loaded')
  return library
}

function unknownSession(id: string): Refusal {
  return new Refusal('unknown-session', `no UDP session has the id "${id.slice(0, 60)}"`)
}
