import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { OpenedSocketEntry } from '../../protocol/opened-socket.ts'
import { EventLog } from '../event-log.ts'
import { PlacesByAddress } from '../places-by-address.ts'
import { Refusal } from '../refusal.ts'
import { FrameTap, type TappedFrame } from './frame-tap.ts'
import { answerLongPoll } from './polling.ts'
import { cursorOf, noNotes } from './text-log.ts'

const MOST_MESSAGE_BYTES = 70_000 // so that a length of 64 bits can be seen
const KEPT_ENTRIES = 200
const FORGOTTEN_MS = 60_000 // after the end
const LONGEST_MS = 30 * 60_000
const PING_MS = 5000
const SOCKETS_PER_ADDRESS = 4
const END_OF_HEAD = '\r\n\r\n'

type EntryBody = OpenedSocketEntry extends infer Entry
  ? Entry extends OpenedSocketEntry
    ? Omit<Entry, 'atUnixMs'>
    : never
  : never

/** WebSockets laid open: `/api/opened-sockets/:id/ws`, under an id of the page's own choice, sends back what it gets and pings
 *  every 5 s; `GET /api/opened-sockets/:id` tells what passed its socket, byte by byte. */
export class OpenedSockets {
  readonly #logs = new Map<string, EventLog<string>>()
  readonly #places = new PlacesByAddress(SOCKETS_PER_ADDRESS, 'WebSockets laid open at once')
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MOST_MESSAGE_BYTES,
  })

  /** Takes over the connection, or throws the refusal: `bad-request`, `too-many-requests`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, id: string): void {
    if (!/^[\w-]{8,60}$/.test(id) || this.#logs.has(id)) {
      throw new Refusal('bad-request', 'expected a new id of 8 to 60 letters, digits, _ and -')
    }
    const free = this.#places.take(request.socket.remoteAddress ?? '')
    const log = new EventLog<string>(KEPT_ENTRIES)
    this.#logs.set(id, log)
    const tell = (body: EntryBody): void => log.append(JSON.stringify({ atUnixMs: Date.now(), ...body }))
    tapSocket(socket, request, head, tell)
    const longest = setTimeout(() => socket.destroy(), LONGEST_MS).unref()
    socket.once('close', () => {
      free()
      clearTimeout(longest)
      tell({ kind: 'closed' })
      setTimeout(() => this.#logs.delete(id), FORGOTTEN_MS).unref()
    })
    this.#server.handleUpgrade(request, socket, head, serve)
  }

  /** As a long poll. Throws `not-found`. */
  answer(id: string, { since, waitMs }: { since: unknown; waitMs: number }, response: ServerResponse): void {
    const log = this.#logs.get(id)
    if (log === undefined)
      throw new Refusal('not-found', 'no WebSocket that was laid open in the last minute has this id')
    answerLongPoll(response, { log, cursor: cursorOf(log, since), waitMs }, noNotes)
  }

  close(): void {
    for (const client of this.#server.clients) client.close(1001, 'the server is shutting down') // RFC 6455 section 7.4.1
  }
}

function serve(client: WebSocket): void {
  const timer = setInterval(() => client.ping('are you there?'), PING_MS).unref()
  client.on('message', (data: Buffer, isBinary) => client.send(data, { binary: isBinary }))
  client.on('error', () => client.terminate()) // 'close' follows
  client.on('close', () => clearInterval(timer))
}

/** Hears both directions of a connection without a part in either. */
function tapSocket(socket: Duplex, request: IncomingMessage, head: Buffer, tell: (body: EntryBody) => void): void {
  const frameFrom =
    (from: 'page' | 'server') =>
    ({ header, headerBytes, payload }: TappedFrame): void =>
      tell({
        kind: 'frame',
        from,
        header,
        headerHex: headerBytes.toString('hex'),
        payloadHex: payload.toString('hex'),
      })
  const up = new FrameTap(frameFrom('page'))
  const down = new FrameTap(frameFrom('server'))
  up.add(head)
  socket.on('data', (bytes: Buffer) => up.add(bytes))
  let response: string | undefined = '' // until its end has been written
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
  socket.write = (...given: unknown[]): boolean => {
    const [chunk] = given
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : (chunk as Buffer)
    if (response === undefined) down.add(bytes)
    else {
      response += bytes.toString('latin1')
      if (response.includes(END_OF_HEAD)) {
        tell({ kind: 'handshake', request: headOf(request), response: response.slice(0, -END_OF_HEAD.length) })
        response = undefined
      }
    }
    return write(...given)
  }
}

/** As it came, but for spaces around values. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const fields = Array.from({ length: rawHeaders.length / 2 }, (_, index) => rawHeaders.slice(2 * index, 2 * index + 2))
  return [`${method} ${url} HTTP/${httpVersion}`, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\r\n')
}
