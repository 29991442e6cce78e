import { DelayHistogram } from './delay-histogram.ts'
import type { Lane, LinkEvent, PacketEvent, RateEvent } from './record.ts'

/** What one direction of a line did to its packets, up to a moment. */
export type LinkMeasures = {
  readonly lane: Lane
  readonly direction: 'down' | 'up'
  readonly offeredPackets: number
  readonly offeredBytes: number
  readonly lostPackets: number // by the loss process
  readonly tailDroppedPackets: number // by the full queue
  readonly blockedPackets: number
  readonly deliveredPackets: number // a duplicated one twice
  readonly deliveredBytes: number
  readonly queueingDelayMsMean: number // of what was delivered
  readonly queueingDelayMsP95: number
  readonly utilisationRatio?: number // of the rate, by what was delivered or lost; absent where the rate is not known
}

/** The fold over a line's events, in their order: one direction of one lane each. */
export class LinkMeasuresFold {
  readonly #directions = new Map<string, DirectionFold>()

  add(event: LinkEvent): void {
    const name = `${event.lane} ${event.direction}`
    const fold = this.#directions.get(name) ?? new DirectionFold(event)
    this.#directions.set(name, fold)
    fold.add(event)
  }

  /** In the order in which they were first told of. */
  at(nowMs: number): readonly LinkMeasures[] {
    return [...this.#directions.values()].map((fold) => fold.at(nowMs))
  }
}

class DirectionFold {
  readonly #of: Pick<LinkMeasures, 'lane' | 'direction'>
  readonly #delays = new DelayHistogram()
  readonly #capacity = new Capacity()
  #counts = {
    offeredPackets: 0,
    offeredBytes: 0,
    lostPackets: 0,
    tailDroppedPackets: 0,
    blockedPackets: 0,
    deliveredPackets: 0,
    deliveredBytes: 0,
  }
  #lostBytes = 0

  constructor({ lane, direction }: Pick<LinkMeasures, 'lane' | 'direction'>) {
    this.#of = { lane, direction }
  }

  add(event: LinkEvent): void {
    switch (event.kind) {
      case 'rate-set':
        return this.#capacity.set(event)
      case 'packet-accepted':
        return this.#offer(event)
      case 'packet-dropped':
        return this.#drop(event)
      case 'packet-delivered':
        this.#counts.deliveredPackets += 1
        this.#counts.deliveredBytes += event.sizeBytes
        return this.#delays.add(event.queueingDelayMs)
    }
  }

  at(nowMs: number): LinkMeasures {
    const capacityBits = this.#capacity.bitsUntil(nowMs)
    const usedBits = (this.#counts.deliveredBytes + this.#lostBytes) * 8
    return {
      ...this.#of,
      ...this.#counts,
      queueingDelayMsMean: this.#delays.meanMs,
      queueingDelayMsP95: this.#delays.quantileMs(0.95),
      ...(capacityBits === undefined ? {} : { utilisationRatio: usedBits / capacityBits }),
    }
  }

  #offer({ sizeBytes }: PacketEvent): void {
    this.#counts.offeredPackets += 1
    this.#counts.offeredBytes += sizeBytes
  }

  #drop(event: Extract<PacketEvent, { kind: 'packet-dropped' }>): void {
    switch (event.cause) {
      case 'loss': // after the queue: it was offered when it was accepted
        this.#counts.lostPackets += 1
        this.#lostBytes += event.sizeBytes
        return
      case 'queue':
        this.#counts.tailDroppedPackets += 1
        return this.#offer(event)
      case 'blocked':
        this.#counts.blockedPackets += 1
        return this.#offer(event)
    }
  }
}

/** How much the line could have carried since its rate was first told; unknown once it was unknown. */
class Capacity {
  #bits: number | undefined
  #last: RateEvent | undefined

  set(event: RateEvent): void {
    this.#bits = this.#last === undefined ? 0 : this.bitsUntil(event.atMs)
    this.#last = event
  }

  bitsUntil(nowMs: number): number | undefined {
    const rateBitsPerSecond = this.#last?.rateBitsPerSecond
    if (this.#last === undefined || this.#bits === undefined || rateBitsPerSecond === undefined) return undefined
    return this.#bits + (rateBitsPerSecond * (nowMs - this.#last.atMs)) / 1000 // ms to s
  }
}
