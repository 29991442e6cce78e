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

/** An answer up to here is copied into one piece: two that are written together cost more. */
const SCRATCH_BYTES = 48 << 10

/** What is known of a connection whose requests have all come whole and alone so far. */
type Road = {
  readonly toNode: Listener
  readonly read: Listener
  known: PlainFields | undefined
  isKnownToNode: boolean
  openWithNode: number
  isWaiting: boolean // for its answer to be written
}

type WaitingAnswer = { readonly socket: Socket; readonly road: Road; readonly answer: DirectAnswer }

/** Writes answers out of memory straight to their connection: for what plainly asks for the whole of a file, Node's request
 *  and response would cost more than the answer. Everything else, and all that is doubtful, Node's server reads and answers
 *  as ever; the first request of each connection, too, by which it knows that the client speaks. */
export class DirectAnswers {
  readonly #parts: DirectParts
  readonly #roads = new WeakMap<Socket, Road>()
  readonly #dateLine = new DateLine()
  readonly #lastLines: string
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  #waiting: WaitingAnswer[] = []
  readonly #writeAll = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (const each of waiting) this.#write(each)
  }
  /** Answers that are still to be written, or that their clients' systems have not taken to the end. */
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
    const road: Road = {
      toNode: ofNode,
      read,
      known: undefined,
      isKnownToNode: false,
      openWithNode: 0,
      isWaiting: false,
    }
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
    if (road.isWaiting) this.#writeAll()
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

  /** Finds the answer at once, and writes it with all others of this turn of the event loop, one after the other: a client
   *  system that has to be woken for each of them costs as much as the rest of an answer. */
  #answer(socket: Socket, road: Road, { method, target, fields: { whole } }: PlainRequest): boolean {
    const isNext = road.isKnownToNode && road.openWithNode === 0 && socket.writableLength === 0 // answers keep their order
    if (!isNext || method !== 'GET' || whole === undefined) return false
    const answer = this.#parts.find(socket, { target, headers: whole })
    if (answer === undefined) return false
    if (this.#waiting.length === 0) setImmediate(this.#writeAll) // comes after all that the poll for events has brought
    this.#waiting.push({ socket, road, answer })
    road.isWaiting = true
    this.pending += 1
    return true
  }

  #write({ socket, road, answer }: WaitingAnswer): void {
    road.isWaiting = false
    if (!socket.destroyed) this.#send(socket, answer.hot)
    if (socket.writableLength > 0 && !socket.destroyed) return this.#watch(socket, answer)
    this.pending -= 1
    answer.ended()
  }

  #send(socket: Socket, { head, body }: HotAnswer): void {
    const wholeHead = head + this.#dateLine.text() + this.#lastLines
    if (wholeHead.length + body.length > SCRATCH_BYTES) {
      socket.cork()
      socket.write(wholeHead, 'latin1')
      socket.write(body)
      return socket.uncork()
    }
    const headBytes = this.#scratch.write(wholeHead, 0, 'latin1')
    body.copy(this.#scratch, headBytes)
    socket.write(this.#scratch.subarray(0, headBytes + body.length))
    if (socket.writableLength > 0) this.#scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES) // that one is on its way
  }

  #watch(socket: Socket, { hot, ended }: DirectAnswer): void {
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
