import type { Socket } from 'node:net'
import type { HotAnswer } from './origin.ts'
import { readPlainRequest, type PlainFields, type PlainRequest } from './plain-request.ts'
import type { SlowAnswers } from './slow-answers.ts'

export type DirectParts = {
  /** The answer out of memory; undefined: Node's server has to give one. */
  readonly find: (socket: Socket, request: DirectRequest) => DirectAnswer | undefined
  readonly slowAnswers: SlowAnswers
  readonly keepAliveMs: number
}

/** A GET for the whole of a file. */
export type DirectRequest = { readonly target: string; readonly headers: NonNullable<PlainFields['whole']> }
export type DirectAnswer = { readonly hot: HotAnswer; readonly ended: () => void }

type Listener = (bytes: Buffer) => void

/** What is known of a connection whose requests have all come whole and alone so far. */
type Road = {
  readonly toNode: Listener
  readonly read: Listener
  known: PlainFields | undefined
  isKnownToNode: boolean
  openWithNode: number
}

/** Writes answers out of memory straight to their connection: for what plainly asks for the whole of a file, Node's request
 *  and response would cost more than the answer. Everything else, and all that is doubtful, Node's server reads and answers
 *  as ever; the first request of each connection, too, by which it knows that the client speaks. */
export class DirectAnswers {
  readonly #parts: DirectParts
  readonly #roads = new WeakMap<Socket, Road>()
  readonly #dateLine = new DateLine()
  readonly #lastLines: string
  /** Answers that their clients' systems have not taken to the end. */
  pending = 0

  constructor(parts: DirectParts) {
    this.#parts = parts
    const seconds = Math.floor(parts.keepAliveMs / 1000) // ms to s
    this.#lastLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`
  }

  /** Comes between Node's server and what is read from its connection. */
  attach(socket: Socket): void {
    const [ofNode, ...others] = socket.listeners('data') as Listener[]
    if (ofNode === undefined || others.length > 0) return // another Node than we know: it does all by itself
    const read = (bytes: Buffer): void => this.#read(socket, road, bytes)
    const road: Road = { toNode: ofNode, read, known: undefined, isKnownToNode: false, openWithNode: 0 }
    this.#roads.set(socket, road)
    socket.on('data', read)
    socket.off('data', ofNode)
  }

  /** Node has answered a request. */
  noteAnswered(socket: Socket): void {
    const road = this.#roads.get(socket)
    if (road === undefined) return
    road.openWithNode -= 1
    road.isKnownToNode = true
  }

  #read(socket: Socket, road: Road, bytes: Buffer): void {
    const request = readPlainRequest(bytes, road.known)
    if (request === undefined) return this.#leave(socket, road, bytes)
    road.known = request.fields
    if (this.#answer(socket, road, request)) return
    road.openWithNode += 1
    road.toNode.call(socket, bytes)
  }

  /** From here on only Node's parser knows where a request begins. */
  #leave(socket: Socket, { toNode, read }: Road, bytes: Buffer): void {
    this.#roads.delete(socket)
    socket.on('data', toNode)
    socket.off('data', read)
    toNode.call(socket, bytes)
  }

  #answer(socket: Socket, road: Road, { method, target, fields: { whole } }: PlainRequest): boolean {
    const isNext = road.isKnownToNode && road.openWithNode === 0 && socket.writableLength === 0 // answers keep their order
    if (!isNext || method !== 'GET' || whole === undefined) return false
    const answer = this.#parts.find(socket, { target, headers: whole })
    if (answer === undefined) return false
    const { head, body } = answer.hot
    socket.cork()
    socket.write(head + this.#dateLine.text() + this.#lastLines, 'latin1')
    socket.write(body)
    socket.uncork()
    if (socket.writableLength === 0) answer.ended()
    else this.#watch(socket, answer)
    return true
  }

  #watch(socket: Socket, { hot, ended }: DirectAnswer): void {
    this.pending += 1
    const release = hot.use()
    const forget = this.#parts.slowAnswers.watchWritten(socket, socket.writableLength)
    const done = (): void => {
      this.pending -= 1
      forget()
      release()
      ended()
    }
    socket.write('', done) // comes behind the rest, or the end of the connection
  }
}

/** The `Date` of an answer, made once a second. */
class DateLine {
  #second = 0
  #text = ''

  text(): string {
    const unixMs = Date.now()
    const second = Math.floor(unixMs / 1000) // ms to s
    if (second !== this.#second) {
      this.#second = second
      this.#text = `Date: ${new Date(unixMs).toUTCString()}\r\n`
    }
    return this.#text
  }
}
