import { receiverOf } from './event-kinds.ts'
import type { LinkEvent, PacketEvent, ReceiverReportEvent, TcpStateEvent } from './record.ts'
import type { RunMoments } from './run-moments.ts'
import { sideNames, type SeriesName } from './series-columns.ts'
import type { TimeBins } from './time-bins.ts'

const MOST_COUNTERS = 256 // flows and streams that are remembered

/** The truth of the downlink, and what RTCP says of it, as columns and moments. */
export class LinkSeries {
  readonly #bins: TimeBins<SeriesName>
  readonly #moments: RunMoments
  readonly #retransmissions = new Increments()
  readonly #reportedLosses = new Increments()

  constructor(bins: TimeBins<SeriesName>, moments: RunMoments) {
    this.#bins = bins
    this.#moments = moments
  }

  add(event: LinkEvent, atMs: number): void {
    switch (event.kind) {
      case 'network-changed':
        return this.#moments.changeNetwork(event, atMs)
      case 'rate-set':
        if (event.direction === 'down') this.#bins.add('rateBitsPerSecond', atMs, event.rateBitsPerSecond ?? Infinity)
        return
      case 'packet-accepted':
        return
      case 'packet-dropped':
        if (event.direction === 'down') this.#drop(event, atMs)
        return
      case 'packet-delivered':
        if (event.direction === 'down') this.#deliver(event, atMs)
        return
      case 'tcp-state':
        if (event.direction === 'down' && event.lane !== 'udp') this.#tellSender(event, atMs)
        return
      case 'receiver-report':
        return this.#report(event, atMs)
    }
  }

  #deliver(event: Extract<PacketEvent, { readonly kind: 'packet-delivered' }>, atMs: number): void {
    const names = sideNames[receiverOf(event)]
    this.#bins.add(names.deliveredBytes, atMs, event.sizeBytes)
    this.#bins.add(names.queueingDelayMs, atMs, event.queueingDelayMs)
  }

  #drop(event: Extract<PacketEvent, { readonly kind: 'packet-dropped' }>, atMs: number): void {
    const side = receiverOf(event)
    if (side === 'udp' && event.traffic !== 'rtp') return // the viewer can miss nothing else
    this.#bins.add(sideNames[side][columnOf[event.cause]], atMs, 1)
    this.#moments.loseAt(atMs, side, event)
  }

  #tellSender({ flow, cwnd, ssthresh, inFlight, srttMs, retransmittedSegments }: TcpStateEvent, atMs: number): void {
    this.#bins.add('windowSegments', atMs, cwnd)
    this.#bins.add('inFlightSegments', atMs, inFlight)
    this.#bins.add('thresholdSegments', atMs, ssthresh ?? Infinity)
    this.#bins.add('retransmittedSegments', atMs, this.#retransmissions.of(flow, retransmittedSegments))
    if (srttMs > 0) this.#bins.add(sideNames.hls.roundTripMs, atMs, srttMs)
  }

  #report({ ssrc, cumulativeLostPackets, roundTripMs }: ReceiverReportEvent, atMs: number): void {
    this.#bins.add('reportedLostPackets', atMs, this.#reportedLosses.of(ssrc, cumulativeLostPackets))
    if (roundTripMs !== undefined) this.#bins.add(sideNames.udp.roundTripMs, atMs, roundTripMs)
  }
}

const columnOf = { loss: 'lostPackets', queue: 'tailDroppedPackets', blocked: 'blockedPackets' } as const

/** What counters that are told now and then have grown by, each since it was told before. */
class Increments {
  readonly #last = new Map<number, number>()

  of(counter: number, total: number): number {
    const before = this.#last.get(counter) ?? 0
    this.#last.delete(counter) // and to the end: the one that was silent for longest is forgotten first
    this.#last.set(counter, total)
    if (this.#last.size > MOST_COUNTERS) {
      const [silent] = this.#last.keys()
      if (silent !== undefined) this.#last.delete(silent)
    }
    return total - before
  }
}
