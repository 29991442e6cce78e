import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { withoutToken } from './hls-address.ts'

/** Random for each process, then counted: a random one for each request costs ten times as much. Always as long, for behind
 *  a link the bytes of a head count. */
const idBeginning = randomUUID().slice(0, -8)
let requests = 0

export function nextRequestId(): string {
  requests = (requests + 1) % 0x1_0000_0000
  return idBeginning + requests.toString(16).padStart(8, '0')
}

/** One request's line in the log, written when its answer has ended. Players ask for thousands of segments, pages once a
 *  second for their link: those lines are of level debug. */
export class RequestLine {
  readonly id = nextRequestId() // told in `X-Request-Id`
  readonly #startedMs = performance.now()
  readonly #connection: number | undefined // which real one, in the order of their opening

  constructor(connection: number | undefined) {
    this.#connection = connection
  }

  write(logger: Logger, request: IncomingMessage, response: ServerResponse): void {
    const level = isFrequent(request) ? 'debug' : 'info'
    if (!logger.isLevelEnabled(level)) return
    const facts = {
      requestId: this.id,
      connection: this.#connection,
      method: request.method,
      path: withoutToken((request.url ?? '').split('?', 1)[0] ?? ''), // a query may hold the server's token
      status: response.statusCode,
      address: request.socket.remoteAddress,
      durationMs: Math.round(performance.now() - this.#startedMs),
    }
    logger[level](facts, response.writableFinished ? 'request' : 'request broken off')
  }
}

function isFrequent({ method, url = '' }: IncomingMessage): boolean {
  if (url.startsWith('/hls/')) return true
  return /^\/link\/[^/]*\/hls\//.test(url) || (method === 'GET' && /^\/api\/links\/[^/]+(?:\/viewers)?$/.test(url))
}
