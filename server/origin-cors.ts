import type { ServerResponse } from 'node:http'

export const ALLOWED_METHODS = 'GET, HEAD, OPTIONS'

/** What a page may read of an answer beside what the Fetch standard always shows: sizes and places for players, `Date` for
 *  their clocks, and the id for who reports a problem. */
const EXPOSED = 'Content-Length, Content-Range, Accept-Ranges, ETag, Last-Modified, Date, X-Request-Id'
/** Behind a link a head is as long as it was when its runs were recorded. */
const EXPOSED_BEHIND_LINK = 'Content-Length, Content-Range, ETag, Last-Modified'

/** What a page may send beside what always passes. The last four are those of CTA-5004 section 2.1. */
const REQUEST_HEADERS = [
  'Range, If-Range, If-None-Match, If-Modified-Since, Cache-Control',
  'CMCD-Request, CMCD-Object, CMCD-Status, CMCD-Session',
].join(', ')

/** CORS for whoever plays: the answer may be read by a page of any origin. */
export const corsHeaders: readonly string[] = [
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  EXPOSED,
  'X-Content-Type-Options',
  'nosniff',
]

/** The same on a response whose head is put together piece by piece, such as a refusal. */
export function allowEveryOrigin(response: ServerResponse, isBehindLink = false): void {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Access-Control-Expose-Headers', isBehindLink ? EXPOSED_BEHIND_LINK : EXPOSED)
  response.setHeader('X-Content-Type-Options', 'nosniff')
}

export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    Allow: ALLOWED_METHODS,
    'Access-Control-Allow-Methods': ALLOWED_METHODS,
    'Access-Control-Allow-Headers': REQUEST_HEADERS,
    'Access-Control-Max-Age': '86400',
  })
  response.end()
}
