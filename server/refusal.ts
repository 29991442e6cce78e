import type { ErrorRequestHandler, Response } from 'express'
import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { errorCodes, type ErrorCodeName } from '../protocol/error-codes.ts'
import type { Problem } from '../protocol/weir-api.ts'

/** A request that we refuse: thrown where it is found, turned into a reply by `problemHandler` or `sendProblem`.
 *  `detail` says what was expected and what came, for people. */
export class Refusal extends Error {
  readonly code: ErrorCodeName
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCodeName, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.name = 'Refusal'
    this.code = code
    this.headers = headers
  }

  get status(): number {
    return errorCodes[this.code].status
  }
}

/** The body of a refusal, RFC 9457 section 3.1. */
export function problemOf({ code, message }: Refusal): Problem {
  const { status, title } = errorCodes[code]
  return { type: `urn:weir:error:${code}`, title, status, detail: message, code }
}

/** Answers a refusal on a plain response; nothing of it may have been sent yet. */
export function sendProblem(response: ServerResponse, refusal: Refusal): void {
  const body = JSON.stringify(problemOf(refusal))
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value)
  response.writeHead(refusal.status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

const codeOfStatus: Readonly<Record<number, ErrorCodeName>> = {
  401: 'unauthorized',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
  416: 'range-not-satisfiable',
  429: 'too-many-requests',
}

/** What to answer to a thrown value: a refusal as it is; a 4xx of http-errors (Express, body-parser, send) by its status;
 *  the file system's "no space" as `disk-full`; undefined for our own mistakes. */
export function refusalFor(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (!(error instanceof Error)) return undefined
  if ('code' in error && error.code === 'ENOSPC')
    return new Refusal('disk-full', 'the disk of the media folder is full')
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 500
  if (status < 400 || status > 499) return undefined
  return new Refusal(codeOfStatus[status] ?? 'bad-request', error.message)
}

/** The one place where an error of a route becomes a reply. Our own mistakes are a 500 that tells the request's id,
 *  and a log line with the cause. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response: Response, _next) => {
    const requestId = String(response.getHeader('X-Request-Id') ?? 'none')
    const refusal = refusalFor(error)
    if (refusal === undefined) logger.error({ err: error, requestId }, 'a route failed')
    if (response.headersSent) {
      response.destroy() // half an answer must not look like a whole one
      return
    }
    sendProblem(response, refusal ?? new Refusal('internal', `see the log for request ${requestId}`))
  }
}
