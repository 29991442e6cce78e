import { DelayHistogram } from './delay-histogram.ts'
import type { Lane, LinkEvent } from './record.ts'

/** What one direction of a line did to its packets, up to a moment. */
export type LinkMeasures = {
  readonly lane: Lane
  readonly direction: 'down' | 'up'
  readonly offeredPackets: number
  readonly offeredBytes: number
  readonly lostPackets: number // by the loss process
  readonly tailDroppedPackets: number // by the full queue
  readonly blockedPackets: number
  readonly deliveredPackets: number // a duplicated one once
  readonly deliveredBytes: number
  readonly queueingDelayMsMean: number // of what was delivered
  readonly queueingDelayMsP95: number
  readonly utilisationRatio?: number // of the rate, by what was delivered or lost; absent where the rate is not known
}

/** The fold over a line's events, in their order: one direction of one lane each. */
export class LinkMeasuresFold {
  readonly #directions = new Map<string, DirectionFold>()

  add(event: LinkEvent): void {
    const direction = this.of(event.lane, event.direction)
    switch (event.kind) {
      case 'rate-set':
        return direction.setRate(event.rateBitsPerSecond, event.atMs)
      case 'packet-accepted':
        return direction.accept(event.sizeBytes)
      case 'packet-dropped':
        return direction.drop(event.sizeBytes, event.cause)
      case 'packet-delivered':
        return direction.deliver(event.sizeBytes, event.queueingDelayMs)
      case 'network-changed':
      case 'tcp-state':
      case 'receiver-report':
        return
    }
  }

  /** For who has packets and no events: a direction that is told directly. */
  of(lane: Lane, direction: 'down' | 'up'): DirectionFold {
    const name = `${lane} ${direction}`
    const known = this.#directions.get(name)
    if (known !== undefined) return known
    const fold = new DirectionFold(lane, direction)
    this.#directions.set(name, fold)
    return fold
  }

  /** In the order in which they were first told of. */
  at(nowMs: number): readonly LinkMeasures[] {
    return [...this.#directions.values()].map((fold) => fold.at(nowMs))
  }
}

/** The figures of one direction of a lane. */
export class DirectionFold {
  readonly #of: Pick<LinkMeasures, 'lane' | 'direction'>
  readonly #delays = new DelayHistogram()
  readonly #capacity = new Capacity()
  #offeredPackets = 0
  #offeredBytes = 0
  #lostPackets = 0
  #lostBytes = 0
  #tailDroppedPackets = 0
  #blockedPackets = 0
  #deliveredPackets = 0
  #deliveredBytes = 0

  constructor(lane: Lane, direction: 'down' | 'up') {
    this.#of = { lane, direction }
  }

  setRate(rateBitsPerSecond: number | undefined, atMs: number): void {
    this.#capacity.set(rateBitsPerSecond, atMs)
  }

  accept(sizeBytes: number): void {
    this.#offeredPackets += 1
    this.#offeredBytes += sizeBytes
  }

  drop(sizeBytes: number, cause: 'loss' | 'queue' | 'blocked'): void {
    switch (cause) {
      case 'loss': // after the queue: it was offered when it was accepted
        this.#lostPackets += 1
        this.#lostBytes += sizeBytes
        return
      case 'queue':
        this.#tailDroppedPackets += 1
        return this.accept(sizeBytes)
      case 'blocked':
        this.#blockedPackets += 1
        return this.accept(sizeBytes)
    }
  }

  deliver(sizeBytes: number, queueingDelayMs: number): void {
    this.#deliveredPackets += 1
    this.#deliveredBytes += sizeBytes
    this.#delays.add(queueingDelayMs)
  }

  at(nowMs: number): LinkMeasures {
    const capacityBits = this.#capacity.bitsUntil(nowMs)
    const usedBits = (this.#deliveredBytes + this.#lostBytes) * 8
    return {
      ...this.#of,
      offeredPackets: this.#offeredPackets,
      offeredBytes: this.#offeredBytes,
      lostPackets: this.#lostPackets,
      tailDroppedPackets: this.#tailDroppedPackets,
      blockedPackets: this.#blockedPackets,
      deliveredPackets: this.#deliveredPackets,
      deliveredBytes: this.#deliveredBytes,
      queueingDelayMsMean: this.#delays.meanMs,
      queueingDelayMsP95: this.#delays.quantileMs(0.95),
      ...(capacityBits === undefined ? {} : { utilisationRatio: usedBits / capacityBits }),
    }
  }
}

/** How much the line could have carried since its rate was first told; unknown once it was unknown. */
class Capacity {
  #bits: number | undefined
  #rateBitsPerSecond: number | undefined
  #sinceMs: number | undefined // of this rate

  set(rateBitsPerSecond: number | undefined, atMs: number): void {
    this.#bits = this.#sinceMs === undefined ? 0 : this.bitsUntil(atMs)
    this.#rateBitsPerSecond = rateBitsPerSecond
    this.#sinceMs = atMs
  }

  bitsUntil(nowMs: number): number | undefined {
    if (this.#bits === undefined || this.#sinceMs === undefined || this.#rateBitsPerSecond === undefined)
      return undefined
    return this.#bits + (this.#rateBitsPerSecond * (nowMs - this.#sinceMs)) / 1000 // ms to s
  }
}
