import type { RecordedEvent } from '../link-watch.ts'
import type { Links } from '../links.ts'

/** When one request and its answer crossed a link, in link time. */
export type Crossing = {
  readonly startMs: number // the first packet left, be it the handshake's
  readonly endMs: number // the last byte arrived
  readonly serverMs: number // of these the server's own: from the request's arrival to the first byte that it wrote
}

const REQUEST_FROM_BYTES = 110 // a packet with a request in it is larger than any ACK

/** Writes down a link's packets, so that a test can ask when the request before it crossed: exact on a busy machine, too. */
export function watchCrossings(links: Links, id: string): () => Crossing {
  const events: RecordedEvent[] = []
  links.record(id, { record: (event) => events.push(event), end: () => {} })
  return () => crossingOf(events.splice(0))
}

function crossingOf(events: readonly RecordedEvent[]): Crossing {
  const moments = (kind: RecordedEvent['kind'], direction: 'up' | 'down', leastBytes = REQUEST_FROM_BYTES) =>
    events.flatMap((event) =>
      'sizeBytes' in event && event.kind === kind && event.direction === direction && event.sizeBytes >= leastBytes
        ? [event.atMs]
        : [],
    )
  const askedMs = moments('packet-delivered', 'up').at(-1) ?? NaN
  return {
    startMs: moments('packet-accepted', 'up', 0)[0] ?? NaN,
    endMs: moments('packet-delivered', 'down').at(-1) ?? NaN,
    serverMs: (moments('packet-accepted', 'down').find((atMs) => atMs >= askedMs) ?? NaN) - askedMs,
  }
}
