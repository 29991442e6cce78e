import type { AccessLink } from './access-link.ts'
import { TcpConnection, type TcpOptions } from './tcp/connection.ts'

/** A request and its answer, in bytes of the stream. */
export type Exchange<Method extends string> = {
  readonly method: Method
  readonly requestBytes: number
  readonly responseBytes: number
}

/** The handshake, an answered request, or the way of the last request to the server. */
export type ConversationStep<Method extends string> = { readonly name: Method | 'connect'; readonly ms: number }

/** The last request has reached the server, `afterMs` after it was asked for; moments are link time. */
export type Reached<Method extends string> = {
  readonly atMs: number
  readonly afterMs: number
  readonly steps: readonly ConversationStep<Method>[]
}

type Asking<Method extends string> = {
  readonly waiting: Exchange<Method>[]
  readonly steps: ConversationStep<Method>[]
  readonly startMs: number
  readonly reached: (reached: Reached<Method>) => void
}

type Current<Method extends string> = {
  readonly method: Method
  readonly asking: Asking<Method>
  readonly isLast: boolean
}

/** Requests one after the other over a modelled connection, to a server who answers at once, by a client who asks on as soon
 *  as he is answered: what a set-up costs on a line, from sizes alone. */
export class Conversation<Method extends string> {
  readonly tcp: TcpConnection
  readonly #beyond: ((bytes: number, atMs: number) => void) | undefined
  #phase: 'new' | 'connecting' | 'established' = 'new'
  #asking: Asking<Method> | undefined
  #current: Current<Method> | undefined
  #stepMs = 0 // when the step under way began
  #requestBytes = 0 // of the exchange under way, still to arrive
  #responseBytes = 0

  /** `beyond` is told of bytes that come to the client after all answers: packets between the messages of RTSP. */
  constructor(line: AccessLink, options: TcpOptions, beyond?: (bytes: number, atMs: number) => void) {
    this.#beyond = beyond
    this.tcp = new TcpConnection(line, options, {
      established: (atMs) => this.#establish(atMs),
      requestArrived: (bytes, atMs) => this.#reach(bytes, atMs),
      responseArrived: (bytes, atMs) => this.#answer(bytes, atMs),
    })
  }

  /** The first call opens the connection. `reached` is told, from inside `AccessLink.advance`, when the last request is at the
   *  server, after the answers to those before; its own answer is then on its way. One call after the other. */
  ask(exchanges: readonly Exchange<Method>[], nowMs: number, reached: (reached: Reached<Method>) => void): void {
    this.#asking = { waiting: [...exchanges], steps: [], startMs: nowMs, reached }
    if (this.#phase === 'new') this.#connect(nowMs)
    else this.#next(nowMs)
  }

  close(): void {
    this.tcp.close()
  }

  #connect(nowMs: number): void {
    this.#phase = 'connecting'
    this.#stepMs = nowMs
    this.tcp.open(nowMs)
  }

  #establish(atMs: number): void {
    this.#phase = 'established'
    this.#asking?.steps.push({ name: 'connect', ms: atMs - this.#stepMs })
    this.#next(atMs)
  }

  /** The next request leaves when the one before has been answered. */
  #next(nowMs: number): void {
    if (this.#phase !== 'established' || this.#current !== undefined) return
    const asking = this.#asking
    const exchange = asking?.waiting.shift()
    if (asking === undefined || exchange === undefined) return
    this.#current = { method: exchange.method, asking, isLast: asking.waiting.length === 0 }
    this.#stepMs = nowMs
    this.#requestBytes = exchange.requestBytes
    this.#responseBytes = exchange.responseBytes
    this.tcp.request(exchange.requestBytes, nowMs)
  }

  #reach(bytes: number, atMs: number): void {
    this.#requestBytes -= bytes
    if (this.#requestBytes > 0 || this.#current === undefined) return
    this.tcp.write(this.#responseBytes, atMs)
    const { asking, isLast, method } = this.#current
    if (!isLast) return
    this.#asking = undefined
    asking.steps.push({ name: method, ms: atMs - this.#stepMs })
    asking.reached({ atMs, afterMs: atMs - asking.startMs, steps: asking.steps })
  }

  #answer(bytes: number, atMs: number): void {
    if (this.#current === undefined) return this.#beyond?.(bytes, atMs)
    const beyondBytes = bytes - this.#responseBytes
    this.#responseBytes -= bytes
    if (this.#responseBytes > 0) return
    const { asking, isLast, method } = this.#current
    this.#current = undefined
    if (!isLast) asking.steps.push({ name: method, ms: atMs - this.#stepMs })
    this.#next(atMs)
    if (beyondBytes > 0) this.#beyond?.(beyondBytes, atMs)
  }
}
