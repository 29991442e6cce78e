import type { Express } from 'express'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { DirectAnswers, type DirectAnswer, type DirectRequest } from './direct-answers.ts'
import type { HttpThroughLink } from './http-through-link.ts'
import { readLinkAddress, type LinkAddress } from './link-address.ts'
import { HttpUpgrades, type UpgradeParts } from './http-upgrades.ts'
import { Refusal, refusalFor, sendProblem } from './refusal.ts'
import type { AnswerOptions, Origin } from './origin.ts'
import { allowEveryOrigin } from './origin-cors.ts'
import { Connections, type ConnectionLimit } from './connections.ts'
import type { HlsSessions } from './hls-sessions.ts'
import type { RequestCounts } from './request-counts.ts'
import { nextRequestId, RequestLine } from './request-log.ts'

export type ListenerParts = UpgradeParts & {
  readonly origin: Origin
  readonly throughLink: HttpThroughLink
  readonly app: Express
  readonly counts?: RequestCounts
  readonly hlsSessions?: HlsSessions
  readonly connectionLimit?: ConnectionLimit
}

/** Longer than a player waits between two segments: with Node's 5 s it would often ask on a closing connection. */
const KEEP_ALIVE_MS = 30_000
/** Of the routes of Express those that may lie behind a link: the feed, and a video's file as one long body. */
const LINKED_ROUTE = /^\/api\/(?:events|videos\/[\w-]+\/source)$/
const LAST_BYTES_MS = 500
const NO_LIMIT: ConnectionLimit = { perAddress: Infinity, beyond: 'refuse' }

/** The HTTP server: the origin first, then Express; WebSockets by path. */
export class HttpListener {
  readonly #parts: ListenerParts
  readonly #server: Server
  readonly #connections: Connections
  readonly #direct: DirectAnswers
  #openAnswers = 0
  #isDraining = false
  #whenDrained: () => void = () => {}

  constructor(parts: ListenerParts) {
    this.#parts = parts
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.requestTimeout = 0 // an upload may take hours; only its head is in a hurry (headersTimeout)
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS
    this.#connections = new Connections(parts.connectionLimit ?? NO_LIMIT)
    this.#direct = new DirectAnswers({
      find: (socket, request) => this.#findDirectly(socket, request),
      slowAnswers: parts.origin.slowAnswers,
      keepAliveMs: KEEP_ALIVE_MS,
    })
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket)
      this.#direct.attach(socket)
    })
    const upgrades = new HttpUpgrades(parts, ({ socket }) =>
      this.#isDraining ? shuttingDown() : this.#connections.of(socket)?.refusal,
    )
    this.#server.on('upgrade', (request, socket, head) => upgrades.take(request, socket, head))
  }

  get openConnections(): number {
    return this.#connections.count
  }

  /** Beyond what one address may have. */
  get refusedConnections(): number {
    return this.#connections.refused
  }

  /** Resolves with the port when it listens; rejects when the address cannot be had. */
  async listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  /** Lets open answers come to their end, for `graceMs` at most. Meanwhile new requests are answered 503, so that a load
   *  balancer's health check hears of it; then the port is closed. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true
    if (this.#direct.pending === 0) this.#server.closeIdleConnections() // Node takes those for idle
    if (this.#openAnswers > 0) {
      await new Promise<void>((resolve) => {
        this.#whenDrained = resolve
        setTimeout(resolve, graceMs).unref()
      })
    }
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#connections.sockets()) socket.destroySoon() // what is written already still leaves,
    const ending = setTimeout(() => this.#connections.sockets().forEach((socket) => socket.destroy()), LAST_BYTES_MS) // if it is read
    await closed
    clearTimeout(ending)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { logger, counts } = this.#parts
    const connection = this.#connections.of(request.socket)
    const line = new RequestLine(connection?.number)
    const area = counts?.noteCame(request)
    this.#openAnswers += 1
    // One for all: a pipeline adds seven of its own, and Node warns from the eleventh on.
    response.on('close', () => {
      line.write(logger, request, response)
      if (area !== undefined) counts?.noteEnded(area, response)
      this.#direct.noteAnswered(request.socket)
      this.#noteAnswerEnded()
    })
    if (response.socket === null) this.#connections.wait(request.socket, response)
    const refusal = this.#isDraining ? shuttingDown() : connection?.refusal
    if (refusal === undefined) return this.#route(request, response, line.id)
    response.shouldKeepAlive = false
    response.setHeader('X-Request-Id', line.id)
    sendProblem(response, refusal)
  }

  #noteAnswerEnded(): void {
    this.#openAnswers -= 1
    if (this.#openAnswers === 0) this.#whenDrained()
  }

  /** The same answer as by the long road, counted alike; what is to be logged goes there. */
  #findDirectly(socket: Socket, { target, headers }: DirectRequest): DirectAnswer | undefined {
    const { origin, throughLink, logger, counts } = this.#parts
    if (this.#isDraining || logger.isLevelEnabled('debug') || !origin.serves(target)) return undefined
    if (this.#connections.of(socket)?.refusal !== undefined || throughLink.mayTurnAside(target)) return undefined
    const hot = origin.hotAnswer(target, headers, nextRequestId())
    if (hot === undefined) return undefined
    const area = counts?.noteCame({ url: target, method: 'GET' })
    this.#openAnswers += 1
    const ended = (): void => {
      if (area !== undefined) counts?.noteEnded(area, { statusCode: 200 })
      this.#noteAnswerEnded()
    }
    return { hot, ended }
  }

  #route(request: IncomingMessage, response: ServerResponse, requestId: string): void {
    const { origin, throughLink, app } = this.#parts
    const url = request.url ?? ''
    if (origin.serves(url)) {
      const detour = throughLink.detourOf(request)
      return detour === undefined
        ? this.#answerDirectly(request, response, requestId)
        : redirect(response, detour, requestId)
    }
    response.setHeader('X-Request-Id', requestId)
    const behind = readLinkAddress(url)
    if (behind !== undefined && LINKED_ROUTE.test(behind.path))
      return this.#answerAppThroughLink(behind, request, response)
    if (behind === undefined || !origin.serves(behind.path)) return app(request, response)
    this.#answerThroughLink(behind, request, response, requestId)
  }

  /** The same answer as without the link, held back until it would have arrived. */
  #answerAppThroughLink({ linkId }: LinkAddress, request: IncomingMessage, response: ServerResponse): void {
    const { throughLink, app, logger } = this.#parts
    try {
      throughLink.answer(linkId, request, response, () => {
        request.url = (request.url ?? '').slice(`/link/${linkId}`.length)
        app(request, response)
      })
    } catch (error) {
      const refusal = refusalFor(error)
      if (refusal === undefined) logger.error({ err: error }, 'a link failed')
      sendProblem(response, refusal ?? new Refusal('internal', 'see the log'))
    }
  }

  /** Whoever answers writes the whole head, the request's id too. */
  #answerDirectly(request: IncomingMessage, response: ServerResponse, requestId: string): void {
    const { origin, hlsSessions } = this.#parts
    const { url = '' } = request
    const queryAt = url.indexOf('?')
    const path = queryAt < 0 ? url : url.slice(0, queryAt)
    const options = { path, isCacheable: true, requestId }
    hlsSessions?.note(request, response)
    try {
      if (origin.answerHot(request, response, options)) return
      this.#answerFiles(request, response, options)
    } catch (error) {
      this.#fail(error, response, options)
    }
  }

  /** An unknown link's request crosses none; a page of any origin can read that. */
  #answerThroughLink(
    { linkId, path }: LinkAddress,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): void {
    const options = { path, isCacheable: false, requestId }
    try {
      this.#parts.throughLink.answer(linkId, request, response, () => this.#answerFiles(request, response, options))
    } catch (error) {
      this.#fail(error, response, options)
    }
  }

  #answerFiles(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): void {
    this.#parts.origin
      .answer(request, response, options)
      .catch((error: unknown) => this.#fail(error, response, options))
  }

  #fail(error: unknown, response: ServerResponse, { isCacheable, requestId }: AnswerOptions): void {
    if (response.destroyed) return // the player went away
    const refusal = refusalFor(error)
    if (refusal === undefined) this.#parts.logger.error({ err: error, requestId }, 'the origin failed')
    if (response.headersSent) return void response.destroy()
    response.setHeader('X-Request-Id', requestId)
    allowEveryOrigin(response, !isCacheable)
    sendProblem(response, refusal ?? new Refusal('internal', 'see the log'))
  }
}

function shuttingDown(): Refusal {
  return new Refusal('shutting-down', 'expected a running server', { 'Retry-After': '5' })
}

/** For now: the next time the link may be another one, or none. */
function redirect(response: ServerResponse, location: string, requestId: string): void {
  response.setHeader('X-Request-Id', requestId)
  allowEveryOrigin(response)
  response.writeHead(307, {
    Location: location,
    'Cache-Control': 'no-store',
    Vary: 'Sec-Fetch-Site',
    'Content-Length': 0,
  })
  response.end()
}
