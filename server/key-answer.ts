import type { ServerResponse } from 'node:http'
import { allowEveryOrigin } from './origin-cors.ts'

/** Answers with a key, which nobody may keep. */
export function answerKey(
  response: ServerResponse,
  key: Buffer,
  { isCacheable, requestId }: { readonly isCacheable: boolean; readonly requestId: string },
): void {
  response.setHeader('X-Request-Id', requestId)
  allowEveryOrigin(response, !isCacheable)
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': key.length,
    'Cache-Control': 'no-store',
  })
  response.end(response.req.method === 'HEAD' ? undefined : key)
}
