import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import type { LinkNotice, ServerEvent } from '../protocol/weir-api.ts'
import { rtspBase, type AddressOptions } from './addresses.ts'
import type { EventLog } from './event-log.ts'
import type { LibraryEvent } from './library.ts'
import { Refusal } from './refusal.ts'
import { toVideo } from './video-record.ts'

const PING_MS = 30_000
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
  readonly #connections = new Map<string, number>() // by address
  readonly #pings: NodeJS.Timeout

  constructor(options: EventSocketOptions) {
    this.#options = options
    this.#pings = setInterval(() => this.#ping(), PING_MS).unref()
  }

  /** Takes over the connection, or throws the refusal. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? ''
    const count = this.#connections.get(address) ?? 0
    const { connectionsPerAddress, logger } = this.#options
    if (count >= connectionsPerAddress) {
      throw new Refusal('too-many-requests', `expected at most ${connectionsPerAddress} event connections`, {
        'Retry-After': '10',
      })
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#connections.set(address, (this.#connections.get(address) ?? 0) + 1)
      const unsubscribe = this.#follow(client, request)
      client.on('error', (error) => logger.debug({ err: error }, 'event connection failed')) // 'close' follows
      client.on('close', () => {
        unsubscribe()
        const left = (this.#connections.get(address) ?? 1) - 1
        if (left === 0) this.#connections.delete(address)
        else this.#connections.set(address, left)
      })
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

  /** A connection that has not answered the ping before is gone. */
  #ping(): void {
    for (const client of this.#server.clients) {
      if (awaitingPong.has(client)) {
        client.terminate()
        continue
      }
      awaitingPong.add(client)
      client.once('pong', () => awaitingPong.delete(client))
      client.ping()
    }
  }

  close(): void {
    clearInterval(this.#pings)
    for (const client of this.#server.clients) client.close(CLOSE_GOING_AWAY, 'the server is shutting down')
  }
}

const awaitingPong = new WeakSet<WebSocket>()

function toServerEvent(event: FeedEvent, base: string): ServerEvent {
  return event.kind === 'video' ? { kind: 'video', video: toVideo(event.record, event.progress, base) } : event
}
