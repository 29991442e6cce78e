import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { LinkNotice, ServerEvent, ToldEvent } from '../protocol/weir-api.ts'
import { videoBases, type AddressOptions, type VideoBases } from './addresses.ts'
import type { ChannelEvent } from './channels.ts'
import type { EventLog } from './event-log.ts'
import type { LibraryEvent } from './library.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { toVideo } from './video-record.ts'
import { WebSocketRoom } from './web-socket-room.ts'

const UNSENT_LIMIT_BYTES = 1_000_000 // a page that takes nothing more is cut off; it comes back and lists anew
const CLOSE_CURSOR_LOST = 4001

/** What the server tells of: its library, its channels and its links. */
export type FeedEvent = LibraryEvent | ChannelEvent | LinkNotice

export type EventSocketOptions = {
  readonly log: EventLog<FeedEvent>
  readonly addresses: AddressOptions
  readonly connectionsPerAddress: number
  readonly logger: Logger
}

/** `/api/events/ws`: each event from now on as one text frame, a ServerEvent with its `sequence`. With `?since=N` the
 *  events after N come first; closed with 4001 when they are no longer kept: then list the videos anew. With `?since=now`
 *  the first frame is of kind `cursor`, with the sequence number of what has happened so far. */
export class EventSockets {
  readonly #options: EventSocketOptions
  readonly #room: WebSocketRoom

  constructor(options: EventSocketOptions) {
    this.#options = options
    this.#room = new WebSocketRoom(new PlacesByAddress(options.connectionsPerAddress, 'event connections'))
  }

  /** Takes over the connection, or throws the refusal. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { logger } = this.#options
    this.#room.open(request, socket, head, (client) => {
      const unsubscribe = this.#follow(client, request)
      client.on('error', (error) => logger.debug({ err: error }, 'event connection failed')) // 'close' follows
      client.on('close', unsubscribe)
    })
  }

  #follow(client: WebSocket, request: IncomingMessage): () => void {
    const bases = videoBases(this.#options.addresses, request.headers.host)
    const send = (sequence: number, event: FeedEvent): void => {
      if (client.bufferedAmount > UNSENT_LIMIT_BYTES) client.terminate()
      else client.send(feedText(sequence, event, bases))
    }
    const since = new URL(request.url ?? '/', 'http://localhost').searchParams.get('since')
    if (since === 'now') client.send(cursorText(this.#options.log.lastSequence))
    else if (since !== null) {
      const missed = /^\d+$/.test(since) ? this.#options.log.since(Number(since)) : undefined
      if (missed === undefined) client.close(CLOSE_CURSOR_LOST, 'list the videos anew')
      missed?.forEach(({ sequence, event }) => send(sequence, event))
    }
    return this.#options.log.subscribe(send)
  }

  close(): void {
    this.#room.close()
  }
}

/** An event as every way tells it: a ServerEvent with its `sequence`. */
export function feedText(sequence: number, event: FeedEvent, bases: VideoBases): string {
  return JSON.stringify({ sequence, ...toServerEvent(event, bases) })
}

/** What has happened so far has this number. */
export function cursorText(sequence: number): string {
  const told: ToldEvent = { sequence, kind: 'cursor' }
  return JSON.stringify(told)
}

export function toServerEvent(event: FeedEvent, bases: VideoBases): ServerEvent {
  if (event.kind === 'channel') return { kind: 'video', video: event.describe(bases) }
  return event.kind === 'video' ? { kind: 'video', video: toVideo(event.record, event.progress, bases) } : event
}
