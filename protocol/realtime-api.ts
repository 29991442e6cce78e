import type { ServerEvent } from './weir-api.ts'

/** The ways by which the realtime page brings one stream of events to itself, side by side. */
export const realtimeWays = [
  'short-polling',
  'short-polling-closing', // a new connection for each request
  'long-polling',
  'server-sent-events',
  'chunked-fetch',
  'websocket',
  'socketio-polling',
  'socketio-upgrade',
  'tcp',
  'udp',
  'data-channel',
] as const
export type RealtimeWay = (typeof realtimeWays)[number]

/** What the user sets. An event is exactly `eventBytes` long as JSON text; 0 events per second is silence. */
export type RealtimeSettings = {
  readonly eventsPerSecond: number
  readonly eventBytes: number
  readonly seed: number
}

/** One event as every way carries it. `unixMs` is when it happened, by the server's clock, to the microsecond. */
export type RealtimeEvent = { readonly sequence: number; readonly unixMs: number } & (
  | { readonly kind: 'generated'; readonly data: string }
  | { readonly kind: 'message'; readonly message: RealtimeMessage }
  | { readonly kind: 'server'; readonly event: ServerEvent }
)

/** What somebody typed, by the way on which it went up; every way brings it down again as an event. */
export type RealtimeMessage = { readonly id: string; readonly way: RealtimeWay; readonly text: string }

/** The answer to a poll: the events after the cursor, oldest first, and the cursor for the next one. */
export type PolledEvents<Event> = { readonly sequence: number; readonly events: readonly Event[] }

/** What the server counts of a way. Bytes are those of its sockets (TCP's or UDP's payload), both directions; `payloadBytes`
 *  are the events' own among those written. */
export type WayFigures = {
  readonly port?: number // of its own origin
  readonly link?: string // its own access line, if there is one
  readonly connections: number
  readonly openConnections: number
  readonly requests: number
  readonly emptyResponses: number
  readonly readBytes: number
  readonly writtenBytes: number
  readonly payloadBytes: number
  readonly sentEvents: number
  readonly droppedEvents: number // by the link, or since the last hop took no more; of datagrams
}

/** What came out at the other end, told apart by sequence numbers. */
export type ReceptionFigures = {
  readonly received: number // each event once
  readonly newestSequence: number
  readonly missed: number // gaps that nothing has filled yet
  readonly duplicated: number
  readonly reordered: number // came after one that is newer
  readonly sumMs: number // of the latencies of all that came
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly max: number } // absent: nothing came yet
}

/** `POST`, `GET` and `PATCH /api/realtime`, and once a second over `/api/realtime/:id/ws`. */
export type RealtimeRun = {
  readonly id: string
  readonly settings: RealtimeSettings
  readonly serverUnixMs: number
  readonly newestSequence: number // events so far
  readonly isAway: boolean // the listeners are closed for a while, the events go on
  readonly ways: Readonly<Record<RealtimeWay, WayFigures>>
  /** Of the server's own clients: no browser can open these sockets. */
  readonly ownClients: { readonly tcp: OwnClient; readonly udp: OwnClient }
}

/** What a client of the server's own has had; `heard` are its own messages that came back, the newest last. */
export type OwnClient = {
  readonly reception: ReceptionFigures
  readonly heard: readonly HeardMessage[]
}

/** A message's way up and down: when it was said, when it stood in the log, when it was back. */
export type HeardMessage = {
  readonly id: string
  readonly saidUnixMs: number
  readonly loggedUnixMs: number
  readonly heardUnixMs: number
}

/** `GET /api/origins`: another port is another origin, with six connections of its own (RFC 6454 section 4). */
export type ExtraOrigin = { readonly run: string; readonly way: RealtimeWay; readonly port: number }
