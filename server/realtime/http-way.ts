import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Refusal, refusalFor, sendProblem } from '../refusal.ts'
import { answerLongPoll, answerPoll } from './polling.ts'
import { answerChunked, answerEventStream } from './streaming.ts'
import { cursorOf } from './text-log.ts'
import type { ConnectionWay, WayParts } from './way-parts.ts'

type EventsRequest = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
}
type Answer = (asked: EventsRequest, parts: WayParts) => void

const KEEP_ALIVE_MS = 30_000
const MOST_WAIT_SECONDS = 60
const MOST_MESSAGE_BYTES = 2000

const pollNow: Answer = ({ response, query }, { log, counters }) =>
  answerPoll(response, log, cursorOf(log, query.get('since')), counters)

/** How a way of plain HTTP answers `GET /events`. */
export const httpAnswers = {
  'short-polling': pollNow,
  'short-polling-closing': (asked, parts) => {
    asked.response.shouldKeepAlive = false
    pollNow(asked, parts)
  },
  'long-polling': ({ response, query }, { log, counters }) => {
    const waitMs = Math.min(Number(query.get('wait') ?? 0) || 0, MOST_WAIT_SECONDS) * 1000 // s to ms
    answerLongPoll(response, { log, cursor: cursorOf(log, query.get('since')), waitMs }, counters)
  },
  'server-sent-events': ({ request, response, query }, { log, counters }) => {
    const lastId = request.headers['last-event-id'] // of a browser that comes back
    const since = typeof lastId === 'string' ? lastId : query.get('since')
    answerEventStream(response, log, cursorOf(log, since), counters)
  },
  'chunked-fetch': ({ response, query }, { log, counters }) =>
    answerChunked(response, log, cursorOf(log, query.get('since')), counters),
} satisfies Record<string, Answer>

/** One of the ways of plain HTTP: `GET /events?since=N` by its own kind of answer, `POST /messages` up, and `GET /now`, which
 *  answers nothing at once. */
export function httpWay(answer: Answer, parts: WayParts): ConnectionWay {
  const server = createServer((request, response) => {
    parts.counters.requests += 1
    try {
      allowPage(response, parts.gate.check(request))
      route(answer, parts, request, response)
    } catch (error) {
      refuse(response, error)
    }
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  return { take: (stream) => void server.emit('connection', stream), forgetClients: () => {} }
}

function route(answer: Answer, parts: WayParts, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  switch (`${request.method} ${pathname}`) {
    case 'GET /events':
      return answer({ request, response, query: searchParams }, parts)
    case 'GET /now':
      return void response.writeHead(204, { 'Cache-Control': 'no-store' }).end()
    case 'POST /messages':
      return readMessage(request, response, parts)
    default:
      throw new Refusal('not-found', 'expected GET /events, GET /now or POST /messages')
  }
}

function readMessage(request: IncomingMessage, response: ServerResponse, { onMessage }: WayParts): void {
  let text = ''
  request.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (text.length > MOST_MESSAGE_BYTES) request.destroy()
  })
  request.once('end', () => {
    try {
      onMessage(text)
      response.writeHead(204).end()
    } catch (error) {
      refuse(response, error)
    }
  })
}

/** A page of another origin may read this (CORS protocol, Fetch standard section 3.3). */
function allowPage(response: ServerResponse, origin: string | undefined): void {
  response.setHeader('Vary', 'Origin')
  if (origin !== undefined) response.setHeader('Access-Control-Allow-Origin', origin)
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal = refusalFor(error)
  if (refusal === undefined) throw error
  if (response.headersSent) response.destroy()
  else sendProblem(response, refusal)
}
