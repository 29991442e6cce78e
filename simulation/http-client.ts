import type { AccessLink } from '../link/access-link.ts'
import { TcpConnection, type TcpOptions, type TcpState } from '../link/tcp/connection.ts'

/** One exchange: sizes with their heads. `arrived` is told when the last byte of the answer is here, and when the first
 *  one was. */
export type HttpExchange = {
  readonly requestBytes: number
  readonly responseBytes: number
  readonly arrived: (atMs: number, firstByteMs: number) => void
}

/** An HTTP client and its server on one kept connection over the tcp lane: one request after the other, each answered
 *  as soon as the server has all of it. */
export class HttpClient {
  readonly #connection: TcpConnection
  #exchange: HttpExchange | undefined
  #requestBytesLeft = 0
  #responseBytesLeft = 0
  #firstByteMs: number | undefined

  constructor(link: AccessLink, options: TcpOptions) {
    this.#connection = new TcpConnection(link, options, {
      requestArrived: (bytes, atMs) => this.#serve(bytes, atMs),
      responseArrived: (bytes, atMs) => this.#receive(bytes, atMs),
    })
  }

  open(nowMs: number): void {
    this.#connection.open(nowMs)
  }

  /** Throws when the answer to the request before is still under way. */
  ask(exchange: HttpExchange, nowMs: number): void {
    if (this.#exchange !== undefined) throw new Error('a request came before the answer to the one before it')
    this.#exchange = exchange
    this.#requestBytesLeft = exchange.requestBytes
    this.#responseBytesLeft = exchange.responseBytes
    this.#firstByteMs = undefined
    this.#connection.request(exchange.requestBytes, nowMs)
  }

  state(): TcpState {
    return this.#connection.state()
  }

  get flow(): number {
    return this.#connection.flow
  }

  close(): void {
    this.#connection.close()
  }

  #serve(bytes: number, atMs: number): void {
    this.#requestBytesLeft -= bytes
    if (this.#requestBytesLeft === 0 && this.#exchange !== undefined) {
      this.#connection.write(this.#exchange.responseBytes, atMs)
    }
  }

  #receive(bytes: number, atMs: number): void {
    this.#responseBytesLeft -= bytes
    this.#firstByteMs ??= atMs
    const exchange = this.#exchange
    if (this.#responseBytesLeft > 0 || exchange === undefined) return
    this.#exchange = undefined
    exchange.arrived(atMs, this.#firstByteMs)
  }
}
