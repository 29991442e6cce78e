import { Router } from 'express'
import { videoBases, type AddressOptions } from '../addresses.ts'
import type { EventLog } from '../event-log.ts'
import { cursorText, feedText, type FeedEvent } from '../event-sockets.ts'
import type { PlacesByAddress } from '../places-by-address.ts'
import { answerLongPoll } from '../realtime/polling.ts'
import { answerEventStream } from '../realtime/streaming.ts'
import { cursorOf, noNotes, textsOf } from '../realtime/text-log.ts'

const MOST_WAIT_SECONDS = 60
const STREAM = 'text/event-stream'
const KINDS = ['application/json', STREAM]

export type EventRoutesOptions = {
  readonly log: EventLog<FeedEvent>
  readonly addresses: AddressOptions
  readonly places: PlacesByAddress // of those that wait
}

/** What happens on the server, for who has no WebSocket: `?since=N` answers at once, `&wait=25` when there is something, and
 *  `Accept: text/event-stream` goes on for ever. Who comes without a cursor, or with one that nothing follows any more, is
 *  told at once where the feed stands: by the `sequence` of an answer, on a stream by an event of kind `cursor`. */
export function eventRoutes({ log, addresses, places }: EventRoutesOptions): Router {
  return Router().get('/api/events', (request, response) => {
    const bases = videoBases(addresses, request.headers.host)
    const texts = textsOf(log, (sequence, event) => feedText(sequence, event, bases))
    const isStream = request.method === 'GET' && request.accepts(KINDS) === STREAM // a HEAD would never end
    const since = (isStream ? request.headers['last-event-id'] : undefined) ?? request.query['since']
    const cursor = cursorOf(texts, since)
    const isKnown = since === String(cursor)
    const waitMs = isKnown ? Math.min(Number(request.query['wait']) || 0, MOST_WAIT_SECONDS) * 1000 : 0 // s to ms
    if (isStream || waitMs > 0) response.once('close', places.take(request.socket.remoteAddress ?? ''))
    if (isStream) answerEventStream(response, texts, cursor, noNotes, isKnown ? undefined : cursorText(cursor))
    else answerLongPoll(response, { log: texts, cursor, waitMs }, noNotes)
  })
}
