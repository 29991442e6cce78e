import type { RealtimeWay } from '../protocol/realtime-api.ts'
import { formatCount } from './format.ts'
import { bytesPerEvent, type WayRow } from './realtime-rows.ts'

/** What is said of a way, each claim with the number of this run beside it. */
export type WayClaim = {
  readonly way: RealtimeWay
  readonly fits: string
  readonly source: { readonly text: string; readonly href: string }
  measured(own: WayRow, others: ReadonlyMap<RealtimeWay, WayRow>): string
}

const rfc = (number: number, section: string) => ({
  text: `RFC ${number}, section ${section}`,
  href: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
})

const many = (amount: number, one: string): string => `${formatCount(amount)} ${one}${amount === 1 ? '' : 's'}`
const beside = (row: WayRow): string => {
  const bytes = bytesPerEvent(row)
  return bytes === undefined ? 'nothing came yet' : `${many(Math.round(bytes.overhead), 'byte')} beside each event`
}
/** How many requests were made for how many events. */
const asked = ({ figures, reception }: WayRow): string =>
  `${many(figures.requests, 'request')} for ${many(reception.received, 'event')}`
const median = ({ reception }: WayRow): string => `${reception.latencyMs?.p50.toFixed(1) ?? '–'} ms`
const slowest = (row: WayRow | undefined): string => `${row?.reception.latencyMs?.max.toFixed(0) ?? '–'} ms`
const count = formatCount

/** In the order of the table. */
export const wayClaims: readonly WayClaim[] = [
  {
    way: 'short-polling',
    fits: 'What changes at a known pace and may be late. Every proxy and cache takes it.',
    source: rfc(6202, '1'),
    measured: (own) =>
      `${count(own.figures.emptyResponses)} of ${count(own.figures.requests)} answers had nothing to tell. An event waits for the next poll, half of a pause on average: half of them took more than ${median(own)}.`,
  },
  {
    way: 'short-polling-closing',
    fits: 'Never by choice: it is what HTTP/1.0 did, and what a server does that says “Connection: close”.',
    source: rfc(9112, '9.3'),
    measured: (own, others) => {
      const kept = others.get('short-polling')
      return `${many(own.figures.connections, 'connection')} where a kept one needs ${count(kept?.figures.connections ?? 1)}. Each costs a handshake of a round trip before its request can leave: ${median(own)} against ${kept === undefined ? '–' : median(kept)}. On this computer a round trip is nothing; choose a network.`
    },
  },
  {
    way: 'long-polling',
    fits: 'Rare events, where nothing else gets through.',
    source: rfc(6202, '2'),
    measured: (own) =>
      `${asked(own)}, ${beside(own)}. Rare events have a request each; frequent ones make it polling at the pace of the network. Move the slider.`,
  },
  {
    way: 'server-sent-events',
    fits: 'Feeds and notifications: downwards only, text only. The browser comes back by itself and says which event was the last.',
    source: {
      text: 'HTML standard, section 9.2',
      href: 'https://html.spec.whatwg.org/multipage/server-sent-events.html',
    },
    measured: (own) =>
      `${asked(own)}, ${beside(own)}: its own framing and that of chunks. It holds one of the six connections that a browser has to an origin over HTTP/1.1.`,
  },
  {
    way: 'chunked-fetch',
    fits: 'An answer that is used before it is whole: a list, a log, a film. Bytes of any kind; to come back is the page’s own work.',
    source: rfc(9112, '7.1'),
    measured: (own) => `${beside(own)}: a chunk’s length in hexadecimal and its line ends, and the line end of ours.`,
  },
  {
    way: 'websocket',
    fits: 'Both directions, many small messages. It forgets: without a number in every event nobody knows after a break what is missing.',
    source: rfc(6455, '5.2'),
    measured: (own) =>
      `${many(own.figures.requests, 'request')}, then frames: ${beside(own)}, of which a frame’s header is 2 bytes up to 125, 4 up to 65,535; the rest is the handshake, spread over all events. That it carries text only is no longer true: binary frames came with the standard in 2011 (section 5.6).`,
  },
  {
    way: 'socketio-polling',
    fits: 'Where a proxy lets no WebSocket through. Old browsers are no reason any more: all have had WebSocket since 2015.',
    source: { text: 'MDN, WebSocket', href: 'https://developer.mozilla.org/docs/Web/API/WebSocket' },
    measured: (own) => `${asked(own)}, ${beside(own)}: long polling’s price, and a protocol of its own on top.`,
  },
  {
    way: 'socketio-upgrade',
    fits: 'Rooms, acknowledgements and a fallback without work of one’s own, for a larger page.',
    source: {
      text: 'Socket.IO, how it works',
      href: 'https://socket.io/docs/v4/how-it-works/',
    },
    measured: (own) =>
      `${many(own.figures.requests, 'request')}: it began by polling and went over to WebSocket, over ${many(own.figures.connections, 'connection')}; ${beside(own)}.`,
  },
  {
    way: 'tcp',
    fits: 'Between programs that are no browsers. Whole and in order: what is lost is sent again, and all behind it waits.',
    source: rfc(9293, '3.8'),
    measured: (own, others) =>
      `${beside(own)}: the line end. ${count(own.reception.missed)} missed; the slowest took ${slowest(own)}, of UDP ${slowest(others.get('udp'))}.`,
  },
  {
    way: 'udp',
    fits: 'What is worthless when late: sound, pictures, positions.',
    source: { text: 'RFC 768', href: 'https://www.rfc-editor.org/rfc/rfc768' },
    measured: (own) =>
      `Of ${count(own.figures.sentEvents)} sent the network dropped ${count(own.figures.droppedEvents)}, and ${count(own.reception.received)} came: nothing is sent again, and nothing waits for it.`,
  },
  {
    way: 'data-channel',
    fits: 'The same in a browser. It has to be agreed on over some other way first, and is encrypted.',
    source: rfc(8831, '6.1'),
    measured: (own) =>
      `Of ${count(own.figures.sentEvents)} sent since it opened ${count(own.reception.received)} came. The bytes told are the messages’ own: SCTP, DTLS and UDP around them belong to the addon that makes them.`,
  },
]
