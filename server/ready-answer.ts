import type { ServerResponse } from 'node:http'
import type { Representation } from './representation.ts'

/** Longer than a player waits between two segments: with Node's 5 s it would often ask on a closing connection. */
export const KEEP_ALIVE_MS = 30_000

/** Beyond, Node has to find memory for what it writes, and a body as text gains nothing. */
const MOST_BYTES = 15_000

/** A short answer of 200 in one piece, but for what every answer has of its own. */
export type ReadyAnswer = { readonly afterOwn: string }

/** Undefined: it is too long. The body is written byte by byte, as text of latin1. */
export function readyAnswerOf({ whole }: Representation, body: Buffer): ReadyAnswer | undefined {
  const lines: string[] = []
  for (let at = 0; at < whole.length; at += 2)
    if (whole[at] !== OWN_HEADER) lines.push(`${whole[at]}: ${whole[at + 1]}`)
  lines.push('Connection: keep-alive', `Keep-Alive: timeout=${KEEP_ALIVE_MS / 1000}`) // ms to s
  const head = lines.join('\r\n') + '\r\n\r\n'
  return head.length + body.length > MOST_BYTES ? undefined : { afterOwn: head + body.toString('latin1') }
}

const OWN_HEADER = 'X-Request-Id'

/** Sends it with one system call and without a header being looked at: half of what a short answer costs is Node's putting
 *  together of head and body. The text takes the place of the head that Node would have made, in a field without a public
 *  name, which loggers read and `HeldResponse` too. False: nothing is sent, for the connection is to be closed after it, or
 *  this Node has no such field. */
export function sendReadyAnswer(response: ServerResponse, { afterOwn }: ReadyAnswer, requestId: string): boolean {
  const open = response as ServerResponse & { _header?: string | null }
  if (!response.shouldKeepAlive || open._header !== null) return false
  open._header = `HTTP/1.1 200 OK\r\n${OWN_HEADER}: ${requestId}\r\nDate: ${dateText()}\r\n${afterOwn}`
  response.end()
  return true
}

let second = 0
let text = ''

/** As `Date` has it: whole seconds (RFC 9110 section 6.6.1). */
function dateText(): string {
  const nowMs = Date.now()
  const nowSecond = Math.floor(nowMs / 1000)
  if (nowSecond !== second) {
    second = nowSecond
    text = new Date(nowMs).toUTCString()
  }
  return text
}
