import type { Line } from '../link/access-link.ts'
import type { Alarm } from '../link/event-queue.ts'
import { TcpConnection, type TcpOptions, type TcpState } from '../link/tcp/connection.ts'

/** When the server answers, and with how much. */
export type HttpAnswer = { readonly atMs: number; readonly responseBytes: number }

/** One exchange: sizes with their heads. `arrived` is told when the last byte of the answer is here, and when the first
 *  one was. */
export type HttpExchange = {
  readonly requestBytes: number
  /** A function where the server may hold the request: it is told when that has come. */
  readonly answer: number | ((askedMs: number) => HttpAnswer)
  readonly arrived: (atMs: number, firstByteMs: number) => void
}

/** How far the answer under way is; its head counted in. */
export type HttpProgress = { readonly receivedBytes: number; readonly firstByteMs: number | undefined }

/** Heads of a browser's request and of the origin's answer. Either fits one segment, so the size hardly matters. */
export const REQUEST_BYTES = 500
export const RESPONSE_HEAD_BYTES = 900

const RESET_BYTES = 40 // headers of IP and TCP

/** An HTTP/1.1 client and its server on one kept connection over the tcp lane: one request after the other, each answered
 *  as soon as the server has all of it. Who does not want the rest of an answer closes the connection and opens another. */
export class HttpClient {
  readonly #link: Line
  readonly #options: TcpOptions
  readonly #answerAlarm: Alarm
  #connection: TcpConnection
  #exchange: HttpExchange | undefined
  #requestBytesLeft = 0
  #responseBytes = 0
  #responseBytesLeft = 0
  #firstByteMs: number | undefined

  constructor(link: Line, options: TcpOptions) {
    this.#link = link
    this.#options = options
    this.#connection = this.#newConnection()
    this.#answerAlarm = link.alarms.newAlarm((atMs) => this.#answer(atMs))
  }

  open(nowMs: number): void {
    this.#connection.open(nowMs)
  }

  /** Throws when the answer to the request before is still under way. */
  ask(exchange: HttpExchange, nowMs: number): void {
    if (this.#exchange !== undefined) throw new Error('a request came before the answer to the one before it')
    this.#exchange = exchange
    this.#requestBytesLeft = exchange.requestBytes
    this.#responseBytes = typeof exchange.answer === 'number' ? exchange.answer : 0
    this.#responseBytesLeft = this.#responseBytes
    this.#firstByteMs = undefined
    this.#connection.request(exchange.requestBytes, nowMs)
  }

  /** Gives the answer under way up. The server goes on sending until it hears of it. */
  cancel(nowMs: number): void {
    if (this.#exchange === undefined) return
    const left = this.#connection
    this.#exchange = undefined
    this.#connection = this.#newConnection()
    this.#reset(left, nowMs)
    this.#connection.open(nowMs)
  }

  progress(): HttpProgress {
    return { receivedBytes: this.#responseBytes - this.#responseBytesLeft, firstByteMs: this.#firstByteMs }
  }

  state(): TcpState {
    return this.#connection.state()
  }

  get flow(): number {
    return this.#connection.flow
  }

  close(): void {
    this.#link.alarms.cancel(this.#answerAlarm)
    this.#connection.close()
  }

  #newConnection(): TcpConnection {
    const connection: TcpConnection = new TcpConnection(this.#link, this.#options, {
      requestArrived: (bytes, atMs) => this.#serve(connection, bytes, atMs),
      responseArrived: (bytes, atMs) => this.#receive(connection, bytes, atMs),
    })
    return connection
  }

  /** A RST takes the uplink's time; one that is lost is followed by another, which is not modelled. */
  #reset(left: TcpConnection, nowMs: number): void {
    const heard = () => {
      left.close()
      this.#link.closeFlow(flow)
    }
    const flow = this.#link.openFlow({ up: { delivered: heard, dropped: heard } })
    this.#link.send('up', { id: 1, flow, sizeBytes: RESET_BYTES, traffic: 'tcp' }, nowMs)
  }

  #serve(connection: TcpConnection, bytes: number, atMs: number): void {
    if (connection !== this.#connection) return
    this.#requestBytesLeft -= bytes
    if (this.#requestBytesLeft > 0 || this.#exchange === undefined) return
    const { answer } = this.#exchange
    if (typeof answer === 'number') return this.#answer(atMs)
    const held = answer(atMs)
    this.#responseBytes = held.responseBytes
    this.#responseBytesLeft = held.responseBytes
    if (held.atMs <= atMs) this.#answer(atMs)
    else this.#link.alarms.set(this.#answerAlarm, held.atMs)
  }

  #answer(atMs: number): void {
    this.#connection.write(this.#responseBytes, atMs)
  }

  #receive(connection: TcpConnection, bytes: number, atMs: number): void {
    if (connection !== this.#connection) return
    this.#responseBytesLeft -= bytes
    this.#firstByteMs ??= atMs
    const exchange = this.#exchange
    if (this.#responseBytesLeft > 0 || exchange === undefined) return
    this.#exchange = undefined
    exchange.arrived(atMs, this.#firstByteMs)
  }
}
