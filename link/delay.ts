import type { Deliver, LinkPacket, LinkStage } from './link-packet.ts'
import type { DirectionProfile } from './profile.ts'
import { TrafficRandoms } from './random.ts'
import { SlotRing } from './slot-ring.ts'
import { Timeline } from './timeline.ts'

export type DelayOptions = Pick<DirectionProfile, 'oneWayDelayMs' | 'jitterMs' | 'reorderRatio' | 'duplicateRatio'> & {
  readonly seed: number
}

export type DelayTold = {
  readonly deliver: Deliver
  /** The second copy of a packet, just before the first is delivered. */
  readonly duplicate: (packet: LinkPacket, arrivalMs: number) => void
}

/** `isEven`: no knob of chance is turned. */
type Way = {
  readonly isEven: boolean
  readonly seed: number
  readonly oneWayDelayMs: number
  readonly jitterMs: number
  readonly reorderRatio: number
  readonly duplicateRatio: number
  readonly jitter: TrafficRandoms
  readonly reorder: TrafficRandoms
  readonly duplicate: TrafficRandoms
}
type Travelling = {
  packet: LinkPacket | undefined
  dueMs: number
  queueingDelayMs: number
  isDuplicated: boolean
}

/** The longer way of a reordered packet. An engineering assumption: at video rates a handful of packets pass it, more than
 *  the three that fast retransmit once took for a loss (RFC 5681 section 3.2). */
const DETOUR_MS = 10

/** One-way delay, network-model.md 2.1, step 4: the delay and a uniform jitter from 0 on, yet no packet is due before the
 *  one ahead of it, so that jitter never reorders.
 *  A packet that `reorderRatio` takes out comes 10 ms later than it would and those behind it do not wait for it, so that
 *  they pass it; such packets keep the order among themselves. `duplicateRatio` makes a second copy that arrives at the
 *  same moment. A knob at 0 draws nothing. */
export class Delay implements LinkStage {
  readonly #told: DelayTold
  readonly #ways: Timeline<Way>
  readonly #straight = new Travellers()
  readonly #detoured = new Travellers()
  #nextMs = Infinity

  constructor(options: DelayOptions, told: DelayTold) {
    this.#told = told
    this.#ways = new Timeline(wayOf(options))
  }

  accept(packet: LinkPacket, nowMs: number, queueingDelayMs: number): void {
    const way = this.#ways.at(nowMs)
    if (way.isEven) {
      this.#straight.add(packet, nowMs + way.oneWayDelayMs, queueingDelayMs, false)
      this.#nextMs = Math.min(this.#nextMs, this.#straight.nextMs)
    } else {
      this.#acceptByChance(packet, way, nowMs, queueingDelayMs)
    }
  }

  advance(nowMs: number): void {
    while (this.#nextMs <= nowMs) {
      const travellers = this.#straight.nextMs === this.#nextMs ? this.#straight : this.#detoured
      const { packet, dueMs, queueingDelayMs, isDuplicated } = travellers.shift()
      this.#nextMs = Math.min(this.#straight.nextMs, this.#detoured.nextMs)
      if (isDuplicated) this.#told.duplicate(packet as LinkPacket, dueMs)
      this.#told.deliver(packet as LinkPacket, dueMs, queueingDelayMs)
    }
  }

  nextEventMs(): number {
    return this.#nextMs
  }

  #acceptByChance(packet: LinkPacket, way: Way, nowMs: number, queueingDelayMs: number): void {
    const { traffic } = packet
    const { oneWayDelayMs, jitterMs, jitter, reorderRatio, reorder, duplicateRatio, duplicate } = way
    const dueMs = nowMs + oneWayDelayMs + (jitterMs > 0 ? jitterMs * jitter.draw(traffic) : 0)
    const isDetoured = reorderRatio > 0 && reorder.draw(traffic) < reorderRatio
    const isDuplicated = duplicateRatio > 0 && duplicate.draw(traffic) < duplicateRatio
    const travellers = isDetoured ? this.#detoured : this.#straight
    travellers.add(packet, isDetoured ? dueMs + DETOUR_MS : dueMs, queueingDelayMs, isDuplicated)
    this.#nextMs = Math.min(this.#nextMs, travellers.nextMs)
  }

  /** Another delay from `fromMs` on. Those under way keep theirs. */
  change(options: DelayOptions, fromMs: number): void {
    this.#ways.set(fromMs, wayOf(options, this.#ways.at(fromMs)))
  }
}

/** Packets under way, in order. */
class Travellers {
  readonly #slots = new SlotRing<Travelling>(newSlot)
  #lastDueMs = -Infinity
  nextMs = Infinity

  add(packet: LinkPacket, dueMs: number, queueingDelayMs: number, isDuplicated: boolean): void {
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs)
    const slot = this.#slots.push()
    slot.packet = packet
    slot.dueMs = this.#lastDueMs
    slot.queueingDelayMs = queueingDelayMs
    slot.isDuplicated = isDuplicated
    if (this.nextMs === Infinity) this.nextMs = this.#lastDueMs
  }

  /** To be read at once: the next packet takes its place. */
  shift(): Travelling {
    const slots = this.#slots
    const slot = slots.at(slots.first)
    slots.first += 1
    this.nextMs = slots.first < slots.next ? slots.at(slots.first).dueMs : Infinity
    return slot
  }
}

function wayOf(options: DelayOptions, before?: Way): Way {
  const { seed, oneWayDelayMs = 0, jitterMs = 0, reorderRatio = 0, duplicateRatio = 0 } = options
  const { jitter, reorder, duplicate } = before?.seed === seed ? before : randomsOf(seed)
  const isEven = jitterMs === 0 && reorderRatio === 0 && duplicateRatio === 0
  return { isEven, seed, oneWayDelayMs, jitterMs, reorderRatio, duplicateRatio, jitter, reorder, duplicate }
}

function randomsOf(seed: number): Pick<Way, 'jitter' | 'reorder' | 'duplicate'> {
  return {
    jitter: new TrafficRandoms(seed, 'jitter'),
    reorder: new TrafficRandoms(seed, 'reorder'),
    duplicate: new TrafficRandoms(seed, 'duplicate'),
  }
}

/** Fractions, so that the engine keeps the moments as such from the start. */
function newSlot(): Travelling {
  return { packet: undefined, dueMs: 0.5, queueingDelayMs: 0.5, isDuplicated: false }
}
