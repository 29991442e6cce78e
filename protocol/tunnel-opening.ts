import { endOfHead, headLines, latin1Text, MAX_HEAD_BYTES, readHeaderLines } from './rtsp-message.ts'

/** What the first bytes at an RTSP port are: RTSP, or one of the two HTTP requests that carry it (QuickTime's tunnel: the
 *  reply to a GET goes on as what the server says, the body of a POST, in base64, is what the client says). */
export type TunnelOpening =
  | { readonly kind: 'unfinished' } // it takes more bytes to tell
  | { readonly kind: 'rtsp' }
  | {
      readonly kind: 'http'
      readonly method: 'GET' | 'POST'
      readonly cookie: string | undefined // names the pair; undefined: it belongs to none
      readonly isChunked: boolean // its body comes in chunks, RFC 9112 section 7.1
      readonly headBytes: number
    }

const METHODS = ['GET ', 'POST '] // RTSP has neither; its GET_PARAMETER goes on otherwise
const LF = 0x0a
const COOKIE = /^[\x21-\x7e]{1,128}$/

/** Never throws; what has no end within 16 kB is left to the reader of RTSP, which refuses it. */
export function readTunnelOpening(bytes: Uint8Array): TunnelOpening {
  const start = latin1Text(bytes.subarray(0, 5))
  if (!METHODS.some((method) => method.startsWith(start) || start.startsWith(method))) return { kind: 'rtsp' }
  const lineBytes = bytes.indexOf(LF) + 1
  const headBytes = lineBytes === 0 ? undefined : endOfHead(bytes)
  if ((headBytes ?? bytes.length) > MAX_HEAD_BYTES) return { kind: 'rtsp' }
  const line = /^(GET|POST) +\S+ +HTTP\/1\.[01] *\r?\n$/.exec(latin1Text(bytes.subarray(0, lineBytes)))
  if (lineBytes > 0 && line === null) return { kind: 'rtsp' }
  if (line === null || headBytes === undefined) return { kind: 'unfinished' }
  const headers = readHeaderLines(headLines(latin1Text(bytes.subarray(lineBytes, headBytes))))
  const cookie = headers.get('x-sessioncookie')
  return {
    kind: 'http',
    method: line[1] === 'GET' ? 'GET' : 'POST',
    cookie: cookie !== undefined && COOKIE.test(cookie) ? cookie : undefined,
    isChunked: headers.has('transfer-encoding'),
    headBytes,
  }
}
