import type { PacketEvent } from './record.ts'

/** Why a viewer went without a packet. The link lost it, its queue was full, or UDP was blocked; or it came through the
 *  link, but late, or the gateway could not get it to the browser. Unknown where the link told nothing. */
export type LossCause = 'loss' | 'queue' | 'blocked' | 'late' | 'gateway' | 'unknown'

type Fate = { readonly cause: 'loss' | 'queue' | 'blocked' } | { readonly transitMs: number }

const REMEMBERED_PACKETS = 20_000

/** What became of the newest 20,000 packets of one RTP stream on the link. */
export class PacketFates {
  readonly #ssrc: number
  readonly #lateAfterMs: number
  readonly #fates = new Map<number, Fate>() // by sequence number
  readonly #onTheWay = new Map<number, { readonly sequenceNumber: number; readonly sentMs: number }>() // by packet
  #shortestTransitMs = Infinity

  /** `lateAfterMs`: so much longer than the shortest one a transit may be. */
  constructor(ssrc: number, lateAfterMs: number) {
    this.#ssrc = ssrc
    this.#lateAfterMs = lateAfterMs
  }

  add(event: PacketEvent): void {
    if (event.direction !== 'down' || event.traffic !== 'rtp') return
    if (event.kind === 'packet-delivered') return this.#deliver(event.packet, event.atMs)
    if (event.ssrc !== this.#ssrc || event.sequenceNumber === undefined) return
    const { sequenceNumber, atMs } = event
    if (event.kind === 'packet-dropped') {
      this.#onTheWay.delete(event.packet)
      keep(this.#fates, sequenceNumber, { cause: event.cause })
    } else keep(this.#onTheWay, event.packet, { sequenceNumber, sentMs: atMs })
  }

  /** Of a packet that the viewer went without. */
  causeOf(sequenceNumber: number): LossCause {
    const fate = this.#fates.get(sequenceNumber)
    if (fate === undefined) return 'unknown'
    if ('cause' in fate) return fate.cause
    return fate.transitMs - this.#shortestTransitMs > this.#lateAfterMs ? 'late' : 'gateway'
  }

  #deliver(packet: number, atMs: number): void {
    const sent = this.#onTheWay.get(packet)
    if (sent === undefined) return
    this.#onTheWay.delete(packet)
    const transitMs = atMs - sent.sentMs
    this.#shortestTransitMs = Math.min(this.#shortestTransitMs, transitMs)
    keep(this.#fates, sent.sequenceNumber, { transitMs })
  }
}

/** As the newest; the oldest goes when there are too many. */
function keep<Value>(map: Map<number, Value>, key: number, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= REMEMBERED_PACKETS) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
