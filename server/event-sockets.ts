import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import type { LinkNotice, ServerEvent } from '../protocol/weir-api.ts'
import { rtspBase, type AddressOptions } from './addresses.ts'
import type { EventLog } from './event-log.ts'
import type { LibraryEvent } from './library.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { toVideo } from './video-record.ts'
import { pingClients } from './web-socket-pings.ts'

const UNSENT_LIMIT_BYTES = 1_000_000 // a page that takes nothing more is cut off; it comes back and lists anew
const CLOSE_GOING_AWAY = 1001 // RFC 6455 section 7.4.1
const CLOSE_CURSOR_LOST = 4001

/** What the server tells of: its library and its links. */
export type FeedEvent = LibraryEvent | LinkNotice

export type EventSocketOptions = {
  readonly log: EventLog<FeedEvent>
  readonly addresses: AddressOptions
  readonly connectionsPerAddress: number
  readonly logger: Logger
}

/** `/api/events/ws`: each event from now on as one text frame, a ServerEvent with its `sequence`. With `?since=N` the
 *  events after N come first; closed with 4001 when they are no longer kept: then list the videos anew. */
export class EventSockets {
  readonly #options: EventSocketOptions
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024 })
  readonly #places: PlacesByAddress
  readonly #endPings: () => void

  constructor(options: EventSocketOptions) {
    this.#options = options
    this.#places = new PlacesByAddress(options.connectionsPerAddress, 'event connections')
    this.#endPings = pingClients(this.#server)
  }

  /** Takes over the connection, or throws the refusal. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const leave = this.#places.take(request.socket.remoteAddress ?? '')
    socket.once('close', leave) // also when the handshake fails
    const { logger } = this.#options
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const unsubscribe = this.#follow(client, request)
      client.on('error', (error) => logger.debug({ err: error }, 'event connection failed')) // 'close' follows
      client.on('close', unsubscribe)
    })
  }

  #follow(client: WebSocket, request: IncomingMessage): () => void {
    const base = rtspBase(this.#options.addresses, request.headers.host)
    const send = (sequence: number, event: FeedEvent): void => {
      if (client.bufferedAmount > UNSENT_LIMIT_BYTES) client.terminate()
      else client.send(JSON.stringify({ sequence, ...toServerEvent(event, base) }))
    }
    const since = new URL(request.url ?? '/', 'http://localhost').searchParams.get('since')
    if (since !== null) {
      const missed = /^\d+$/.test(since) ? this.#options.log.since(Number(since)) : undefined
      if (missed === undefined) client.close(CLOSE_CURSOR_LOST, 'list the videos anew')
      missed?.forEach(({ sequence, event }) => send(sequence, event))
    }
    return this.#options.log.subscribe(send)
  }

  close(): void {
    this.#endPings()
    for (const client of this.#server.clients) client.close(CLOSE_GOING_AWAY, 'the server is shutting down')
  }
}

function toServerEvent(event: FeedEvent, base: string): ServerEvent {
  return event.kind === 'video' ? { kind: 'video', video: toVideo(event.record, event.progress, base) } : event
}
