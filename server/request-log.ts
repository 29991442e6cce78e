import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'

/** Gives a request its id, told in `X-Request-Id`, and gives what writes its one line when its answer has ended.
 *  Players ask for thousands of segments, pages once a second for their link: those lines are of level debug. */
export function logRequest(
  logger: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  connection: number | undefined, // which real one, in the order of their opening
): () => void {
  const requestId = randomUUID()
  const startedMs = performance.now()
  response.setHeader('X-Request-Id', requestId)
  return () => {
    const level = isFrequent(request) ? 'debug' : 'info'
    const facts = {
      requestId,
      connection,
      method: request.method,
      path: (request.url ?? '').split('?', 1)[0], // a query may hold the token
      status: response.statusCode,
      address: request.socket.remoteAddress,
      durationMs: Math.round(performance.now() - startedMs),
    }
    logger[level](facts, response.writableFinished ? 'request' : 'request broken off')
  }
}

function isFrequent({ method, url = '' }: IncomingMessage): boolean {
  return /^(?:\/link\/[^/]*)?\/hls\//.test(url) || (method === 'GET' && /^\/api\/links\/[^/]+(?:\/viewers)?$/.test(url))
}
