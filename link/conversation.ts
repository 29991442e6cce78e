import type { Line } from './access-link.ts'
import { ByteQueue, type BytesArrived } from './byte-queue.ts'
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

/** Requests one after the other over a modelled connection, to a server who answers at once, by a client who asks on as soon
 *  as he is answered: what a set-up costs on a line, from sizes alone. Between the messages either may say other things, as
 *  RTP and RTCP go in the connection of RTSP: all come in the order in which they were sent. */
export class Conversation<Method extends string> {
  readonly tcp: TcpConnection
  readonly #connected: (atMs: number) => void
  readonly #toServer = new ByteQueue()
  readonly #toClient = new ByteQueue()
  #phase: 'new' | 'connecting' | 'established' = 'new'
  #asking: Asking<Method> | undefined
  #isAnswerDue = false
  #stepMs = 0 // when the step under way began

  /** `connected` is told when the handshake is through. */
  constructor(line: Line, options: TcpOptions, connected: (atMs: number) => void = () => {}) {
    this.#connected = connected
    this.tcp = new TcpConnection(
      line,
      { ...options, isRtsp: true },
      {
        established: (atMs) => this.#establish(atMs),
        requestArrived: (bytes, atMs) => this.#toServer.arrive(bytes, atMs),
        responseArrived: (bytes, atMs) => this.#toClient.arrive(bytes, atMs),
      },
    )
  }

  /** The first call opens the connection. `reached` is told, from inside `AccessLink.advance`, when the last request is at the
   *  server, after the answers to those before; its own answer is then on its way. One call after the other. */
  ask(exchanges: readonly Exchange<Method>[], nowMs: number, reached: (reached: Reached<Method>) => void): void {
    this.#asking = { waiting: [...exchanges], steps: [], startMs: nowMs, reached }
    if (this.#phase === 'new') this.#connect(nowMs)
    else this.#next(nowMs)
  }

  /** From the server, between its answers; `arrived` is told of each part of it that comes, from inside
   *  `AccessLink.advance`. */
  write(bytes: number, nowMs: number, arrived: BytesArrived): void {
    this.#toClient.push(bytes, arrived)
    this.tcp.write(bytes, nowMs)
  }

  /** From the client, between its requests, once the connection stands. */
  say(bytes: number, nowMs: number, arrived: BytesArrived): void {
    this.#toServer.push(bytes, arrived)
    this.tcp.request(bytes, nowMs)
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
    this.#connected(atMs)
    this.#asking?.steps.push({ name: 'connect', ms: atMs - this.#stepMs })
    this.#next(atMs)
  }

  /** The next request leaves when the one before has been answered. */
  #next(nowMs: number): void {
    if (this.#phase !== 'established' || this.#isAnswerDue) return
    const asking = this.#asking
    const exchange = asking?.waiting.shift()
    if (asking === undefined || exchange === undefined) return
    this.#isAnswerDue = true
    this.#stepMs = nowMs
    this.#toServer.push(exchange.requestBytes, (_bytes, atMs, isWhole) => {
      if (isWhole) this.#reach(exchange, asking, atMs)
    })
    this.tcp.request(exchange.requestBytes, nowMs)
  }

  #reach({ method, responseBytes }: Exchange<Method>, asking: Asking<Method>, atMs: number): void {
    const isLast = asking.waiting.length === 0
    this.#toClient.push(responseBytes, (_bytes, answeredMs, isWhole) => {
      if (!isWhole) return
      this.#isAnswerDue = false
      if (!isLast) asking.steps.push({ name: method, ms: answeredMs - this.#stepMs })
      this.#next(answeredMs)
    })
    this.tcp.write(responseBytes, atMs)
    if (!isLast) return
    this.#asking = undefined
    asking.steps.push({ name: method, ms: atMs - this.#stepMs })
    asking.reached({ atMs, afterMs: atMs - asking.startMs, steps: asking.steps })
  }
}
