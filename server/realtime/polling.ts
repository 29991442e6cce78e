import type { ServerResponse } from 'node:http'
import type { TextLog, WayNotes } from './text-log.ts'

const MOST_ANSWER_CHARACTERS = 1_000_000 // the rest comes with the next poll

/** Short polling: what is new after the cursor, at once, though it may be nothing. The answer is `PolledEvents`. */
export function answerPoll(response: ServerResponse, log: TextLog, cursor: number, notes: WayNotes): void {
  const texts: string[] = []
  let sequence = cursor
  for (let characters = 0; sequence < log.lastSequence && characters < MOST_ANSWER_CHARACTERS;) {
    sequence += 1
    const text = log.at(sequence)
    if (text === undefined) continue
    texts.push(text)
    characters += text.length
  }
  const body = `{"sequence":${sequence},"events":[${texts.join(',')}]}`
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
  if (texts.length === 0) notes.empty()
  texts.forEach((text) => notes.sent(text))
}

/** Long polling (RFC 6202 section 2): the same, but not before there is something, or `waitMs` have passed. */
export function answerLongPoll(
  response: ServerResponse,
  { log, cursor, waitMs }: { readonly log: TextLog; readonly cursor: number; readonly waitMs: number },
  notes: WayNotes,
): void {
  if (cursor < log.lastSequence || waitMs === 0) return answerPoll(response, log, cursor, notes)
  const stop = (): void => {
    clearTimeout(timer)
    unsubscribe()
  }
  const answer = (): void => {
    stop()
    answerPoll(response, log, cursor, notes)
  }
  const timer = setTimeout(answer, waitMs)
  const unsubscribe = log.subscribe(answer)
  response.once('close', stop)
}
