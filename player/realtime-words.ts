import type { RealtimeWay } from '../protocol/realtime-api.ts'
import type { HistoryMeasure } from './realtime-history.ts'

/** What each way is called, and in a few words what happens. */
export const wayWords: Readonly<Record<RealtimeWay, { readonly name: string; readonly what: string }>> = {
  'short-polling': { name: 'Short polling', what: 'asks at a fixed pace, over a connection that stays' },
  'short-polling-closing': { name: 'Short polling, closing', what: 'the same with a new connection for each request' },
  'long-polling': { name: 'Long polling', what: 'a request that waits until there is something' },
  'server-sent-events': { name: 'Server-sent events', what: 'one response that never ends, read by the browser' },
  'chunked-fetch': { name: 'Chunked body', what: 'the same as a plain body, read by the page as it comes' },
  websocket: { name: 'WebSocket', what: 'frames both ways after one HTTP handshake' },
  'socketio-polling': { name: 'Socket.IO, polling', what: 'its fallback: long polling under a protocol of its own' },
  'socketio-upgrade': { name: 'Socket.IO, upgraded', what: 'begins by polling, goes over to WebSocket' },
  tcp: { name: 'TCP socket', what: 'no HTTP at all; a browser cannot open one' },
  udp: { name: 'UDP datagrams', what: 'no connection, no repair; a browser cannot send one' },
  'data-channel': { name: 'Data channel', what: 'the browser’s UDP: unordered, never sent again' },
}

/** The frame of the page: controls, table, chart, messages. */
export const realtimeWords = {
  title: 'Realtime',
  intro:
    'How do events get from a server to a browser? Here they all come by eleven ways at once, each on a port of its own. What you see is measured: bytes at the sockets, moments by both clocks.',
  events: 'Events',
  eventsUnit: 'a second',
  eventsTitle: 'How many events happen in a second. Each way brings all of them.',
  size: 'Size',
  sizeTitle: 'Each event is exactly so many bytes of JSON.',
  poll: 'Poll every',
  pollTitle: 'The pause between two short polls.',
  network: 'Network',
  noNetwork: 'This computer, no link between',
  networkTitle: 'Each way crosses an emulated line of its own, all with the same seed. TCP on it is modelled.',
  startAnew: 'Start anew',
  startAnewTitle: 'All counts at zero; the same seed again.',
  away: (seconds: number) => `Server away for ${seconds} s`,
  awayTitle: 'No port listens and no connection stays, while events go on happening. Look at Missed.',
  isAway: 'The server is away …',
  overHttps:
    'Each way listens at a port of its own, over plain http, which a page over https may not use. Open this page over http on the machine itself.',
  starting: 'Opening eleven ways …',
  ended: 'The run has ended: the server stopped, or nobody looked for a while.',
  happened: (count: string) => `${count} events so far`,
  table: 'What each way costs and brings',
  columns: {
    way: 'Way',
    bytes: ['Bytes an event', 'On the wire, both directions, above TCP and UDP: the event itself, and everything else'],
    latency: [
      'Latency, ms',
      'From the event to the page: half of all are faster than the first figure, 95 % than the second; the last is the slowest',
    ],
    received: ['Received', 'Each event counted once'],
    missed: ['Missed', 'Numbers that never came'],
    disorder: ['Doubled · late', 'Came twice · came after a newer one'],
    requests: ['Requests', 'HTTP requests, a WebSocket handshake among them'],
    empty: ['Empty', 'Answers to a poll without an event'],
    connections: ['Connections', 'Open now, of all that were opened'],
    total: ['Total', 'All bytes of both directions'],
  },
  eventItself: 'the event',
  everythingElse: 'everything else',
  none: '–',
  of: (now: string, all: string) => `${now} of ${all}`,
  chart: 'Over time',
  chartOf: {
    bytesPerEvent: 'Bytes an event',
    bytesPerSecond: 'Bytes a second',
    latencyMs: 'Latency, ms',
    requestsPerSecond: 'Requests a second',
  } satisfies Record<HistoryMeasure, string>,
  chartMeasure: 'What the chart shows',
  legend: 'Which line is which way',
  chartFailed: 'The chart could not be loaded.',
  messages: 'There and back',
  messagesNote:
    'A message goes up by each way, is an event there, and comes down by the same way again. Polling and streams need a request of their own for each; sockets send it on what is open.',
  messageLabel: 'Message',
  messageDefault: 'Hello',
  send: 'Send by every way',
  up: 'Up, ms',
  down: 'Down, ms',
} as const

/** The WebSocket laid open. */
export const openedWords = {
  title: 'A WebSocket laid open',
  note: 'One connection, and every byte of it as the server’s socket has seen it. The handshake is HTTP; after it there are frames of 2 to 14 bytes of header. Each frame from the page is masked with a fresh key, so that no proxy takes it for a request; the server’s are not. The server sends back what you send, and pings every 5 s.',
  open: 'Open it',
  openAnother: 'Open another',
  text: 'Text to send',
  textDefault: 'Hello',
  sendText: 'Send text',
  sendBinary: 'Send 200 bytes',
  close: 'Close with 1000',
  reason: 'bye',
  late: (bytes: number) =>
    `Sent after close(): no error, and no frame. bufferedAmount is ${bytes} bytes, and stays. What a page says too late is lost without a word.`,
  request: 'The page asks',
  response: 'The server agrees',
  steps: {
    key: 'The key: 16 random bytes in base64.',
    joined: 'Appended: the identifier of RFC 6455.',
    sha1: 'SHA-1 of that:',
    accept: 'The same 20 bytes in base64:',
    same: 'what the server answered',
    other: 'not what the server answered',
  },
  frames: 'Frames in their order',
  columns: { from: 'From', what: 'Frame', header: 'Header, bit by bit', wire: 'Payload on the wire', says: 'Unmasked' },
  from: { page: 'page', server: 'server' },
  more: '…',
} as const

export const claimWords = {
  title: 'What each is good for, and what it did here',
} as const

/** Six connections to an origin. */
export const sixWords = {
  title: 'Why each way has a port of its own',
  note: 'Over HTTP/1.1 a browser opens six connections to an origin, and a stream holds one for as long as it lives. Here six more streams go to the port of the server-sent events, and then a request for nothing at all.',
  begin: 'Open six streams, then ask',
  trying: 'The request waits …',
  failed: 'The server did not answer.',
  found: ({ sameOriginMs, otherOriginMs, heldMs }: { sameOriginMs: number; otherOriginMs: number; heldMs: number }) =>
    `The same port answered after ${sameOriginMs.toFixed(0)} ms: the streams were let go after ${heldMs.toFixed(0)} ms. Another port answered after ${otherOriginMs.toFixed(0)} ms.`,
} as const

/** A long body that is of use before it is whole. */
export const arrivingWords = {
  title: 'A long answer, of use before it is whole',
  note: 'The oldest streaming over HTTP: one long body. First the page reads the file of a video piece by piece; then the browser plays the very same body while it comes; at last the same video as HLS, in segments. The file has one quality and has to have its index in front; HLS chooses for each segment anew.',
  noVideo: 'There is no segmented video in the library yet.',
  begin: (title: string) => `Fetch “${title}” three times`,
  busy: 'It comes …',
  picture: 'The video, played while it comes',
  failed: (why: string) => `It did not come: ${why}`,
  body: (pieces: string, size: string, first: string, whole: string) =>
    `As a body: ${size} in ${pieces} pieces, the first after ${first}, the last after ${whole}.`,
  file: (picture: string, whole: string) =>
    `Played as it comes: the first picture after ${picture}, all of it after ${whole}.`,
  hls: (picture: string, whole: string) => `By HLS: the first picture after ${picture}, all of it after ${whole}.`,
} as const
