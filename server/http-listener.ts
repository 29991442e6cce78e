import type { Express } from 'express'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Gate } from './gate.ts'
import type { HttpThroughLink } from './http-through-link.ts'
import { readLinkAddress, type LinkAddress } from './link-address.ts'
import { problemOf, Refusal, refusalFor, sendProblem } from './refusal.ts'
import { allowEveryOrigin, type AnswerOptions, type Origin } from './origin.ts'
import { logRequest } from './request-log.ts'

/** `id` is what stands in the path for `:id`. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer, id: string) => void

export type ListenerParts = {
  readonly origin: Origin
  readonly throughLink: HttpThroughLink
  readonly app: Express
  readonly gate: Gate // of WebSockets; requests meet it in the app
  /** By path, in which one element may be `:id`; each takes over the connection or throws a refusal. */
  readonly upgrades: Readonly<Record<string, UpgradeHandler>>
  readonly logger: Logger
  /** Gives what is called when the answer has ended. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => () => void
}

/** Longer than a player waits between two segments: with Node's 5 s it would often ask on a closing connection. */
const KEEP_ALIVE_MS = 30_000
const LAST_BYTES_MS = 500

/** The HTTP server: the origin first, then Express; WebSockets by path. */
export class HttpListener {
  readonly #parts: ListenerParts
  readonly #server: Server
  readonly #sockets = new Map<Socket, number>() // open ones, numbered; WebSockets too, which the server itself forgets
  #newestSocket = 0
  #openAnswers = 0
  #isDraining = false
  #whenDrained: () => void = () => {}

  constructor(parts: ListenerParts) {
    this.#parts = parts
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.requestTimeout = 0 // an upload may take hours; only its head is in a hurry (headersTimeout)
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS
    this.#server.on('connection', (socket) => {
      this.#newestSocket += 1
      this.#sockets.set(socket, this.#newestSocket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
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
    this.#server.closeIdleConnections()
    if (this.#openAnswers > 0) {
      await new Promise<void>((resolve) => {
        this.#whenDrained = resolve
        setTimeout(resolve, graceMs).unref()
      })
    }
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets.keys()) socket.destroySoon() // what is written already still leaves,
    const ending = setTimeout(() => this.#sockets.forEach((_number, socket) => socket.destroy()), LAST_BYTES_MS) // if it is read
    await closed
    clearTimeout(ending)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const writeLine = logRequest(this.#parts.logger, request, response, this.#sockets.get(request.socket))
    const noteEnd = this.#parts.onRequest?.(request, response)
    this.#openAnswers += 1
    // One for all: a pipeline adds seven of its own, and Node warns from the eleventh on.
    response.once('close', () => {
      writeLine()
      noteEnd?.()
      this.#openAnswers -= 1
      if (this.#openAnswers === 0) this.#whenDrained()
    })
    if (this.#isDraining) {
      response.shouldKeepAlive = false
      return sendProblem(response, new Refusal('shutting-down', 'expected a running server', { 'Retry-After': '5' }))
    }
    this.#route(request, response)
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const { origin, throughLink, app } = this.#parts
    const url = request.url ?? ''
    const behind = readLinkAddress(url)
    if (behind !== undefined && origin.serves(behind.path)) return this.#answerThroughLink(behind, request, response)
    if (!origin.serves(url)) return app(request, response)
    const detour = throughLink.detourOf(request)
    if (detour !== undefined) return redirect(response, detour)
    const [path = ''] = url.split('?', 1)
    this.#answerFiles(request, response, { path, isCacheable: true })
  }

  /** An unknown link's request crosses none; a page of any origin can read that. */
  #answerThroughLink({ linkId, path }: LinkAddress, request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#parts.throughLink.answer(linkId, request, response, () =>
        this.#answerFiles(request, response, { path, isCacheable: false }),
      )
    } catch (error) {
      allowEveryOrigin(response)
      this.#fail(error, response)
    }
  }

  #answerFiles(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): void {
    this.#parts.origin.answer(request, response, options).catch((error: unknown) => this.#fail(error, response))
  }

  #fail(error: unknown, response: ServerResponse): void {
    if (response.destroyed) return // the player went away
    const refusal = refusalFor(error)
    if (refusal === undefined)
      this.#parts.logger.error({ err: error, requestId: response.getHeader('X-Request-Id') }, 'the origin failed')
    if (response.headersSent) response.destroy()
    else sendProblem(response, refusal ?? new Refusal('internal', 'see the log'))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy()) // the client went away during the handshake
    try {
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      const found = findUpgrade(this.#parts.upgrades, path)
      if (found === undefined) throw new Refusal('not-found', `there is no WebSocket at ${path.slice(0, 200)}`)
      if (this.#isDraining) throw new Refusal('shutting-down', 'expected a running server')
      this.#parts.gate.check(request)
      found.handle(request, socket, head, found.id)
    } catch (error) {
      const refusal = refusalFor(error)
      if (refusal === undefined) this.#parts.logger.error({ err: error }, 'an upgrade failed')
      refuseUpgrade(socket, refusal ?? new Refusal('internal', 'see the log'))
    }
  }
}

function findUpgrade(
  upgrades: ListenerParts['upgrades'],
  path: string,
): { readonly handle: UpgradeHandler; readonly id: string } | undefined {
  for (const [pattern, handle] of Object.entries(upgrades)) {
    const match = new RegExp(`^${pattern.replace(':id', '([^/]+)')}$`).exec(path)
    if (match !== null) return { handle, id: match[1] ?? '' }
  }
  return undefined
}

/** For now: the next time the link may be another one, or none. */
function redirect(response: ServerResponse, location: string): void {
  allowEveryOrigin(response)
  response.writeHead(307, {
    Location: location,
    'Cache-Control': 'no-store',
    Vary: 'Sec-Fetch-Site',
    'Content-Length': 0,
  })
  response.end()
}

/** An upgrade has no ServerResponse: the problem is written by hand. */
function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify(problemOf(refusal))
  const headers = Object.entries(refusal.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${headers.join('')}\r\n${body}`,
  )
}
