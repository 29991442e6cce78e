import { Router } from 'express'
import { videoBases, type AddressOptions } from '../addresses.ts'
import type { EventLog } from '../event-log.ts'
import { feedText, type FeedEvent } from '../event-sockets.ts'
import type { PlacesByAddress } from '../places-by-address.ts'
import { answerLongPoll } from '../realtime/polling.ts'
import { answerEventStream } from '../realtime/streaming.ts'
import { cursorOf, noNotes, textsOf } from '../realtime/text-log.ts'

const MOST_WAIT_SECONDS = 60

export type EventRoutesOptions = {
  readonly log: EventLog<FeedEvent>
  readonly addresses: AddressOptions
  readonly places: PlacesByAddress // of those that wait
}

/** What happens on the server, for who has no WebSocket: `?since=N` answers at once, `&wait=25` when there is something, and
 *  `Accept: text/event-stream` goes on for ever. A gap between `since` and the first event means that those between are no
 *  longer kept. */
export function eventRoutes({ log, addresses, places }: EventRoutesOptions): Router {
  return Router().get('/api/events', (request, response) => {
    const bases = videoBases(addresses, request.headers.host)
    const texts = textsOf(log, (sequence, event) => feedText(sequence, event, bases))
    const { since, wait } = request.query
    const lastId = request.headers['last-event-id']
    const isStream = request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream'
    const cursor = cursorOf(texts, isStream && typeof lastId === 'string' ? lastId : since)
    const waitMs = Math.min(Number(wait) || 0, MOST_WAIT_SECONDS) * 1000 // s to ms
    if (isStream || waitMs > 0) response.once('close', places.take(request.socket.remoteAddress ?? ''))
    if (isStream) answerEventStream(response, texts, cursor, noNotes)
    else answerLongPoll(response, { log: texts, cursor, waitMs }, noNotes)
  })
}
