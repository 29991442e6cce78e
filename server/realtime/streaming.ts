import type { ServerResponse } from 'node:http'
import { LogFollower } from './log-follower.ts'
import type { TextLog, WayNotes } from './text-log.ts'

const RETRY_MS = 1000
const KEEP_ALIVE_MS = 15_000 // proxies close what is silent for longer (WHATWG HTML, 9.2.7)

/** Server-sent events (WHATWG HTML, section 9.2): a response that never ends, an event a block of lines. A browser comes
 *  back by itself with the `id` of the last one. `opening` goes before all of them. */
export function answerEventStream(
  response: ServerResponse,
  log: TextLog,
  cursor: number,
  notes: WayNotes,
  opening?: string,
): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(`retry: ${RETRY_MS}\n\n`)
  if (opening !== undefined) response.write(`id: ${cursor}\ndata: ${opening}\n\n`)
  const follower = follow(response, { log, cursor, notes }, (text, sequence) => `id: ${sequence}\ndata: ${text}\n\n`)
  const timer = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS)
  response.once('close', () => {
    clearInterval(timer)
    follower.close()
  })
}

/** A chunked body (RFC 9112 section 7.1) of JSON lines, read while it comes. */
export function answerChunked(response: ServerResponse, log: TextLog, cursor: number, notes: WayNotes): void {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  const follower = follow(response, { log, cursor, notes }, (text) => `${text}\n`)
  response.once('close', () => follower.close())
}

type Reading = { readonly log: TextLog; readonly cursor: number; readonly notes: WayNotes }

function follow(
  response: ServerResponse,
  { log, cursor, notes }: Reading,
  framed: (text: string, sequence: number) => string,
): LogFollower {
  const follower = new LogFollower(log, cursor, (text, sequence) => {
    notes.sent(text)
    return response.write(framed(text, sequence))
  })
  response.on('drain', () => follower.resume())
  return follower
}
