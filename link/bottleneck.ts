import { FULL_PACKET_BYTES, type Deliver, type LinkPacket, type LinkStage } from './link-packet.ts'
import type { DirectionProfile } from './profile.ts'
import { rateOf, sameRate, type RateProfile } from './profile-rate.ts'
import type { Rate } from './rate.ts'
import { SlotRing } from './slot-ring.ts'
import { Timeline } from './timeline.ts'

/** No rate means unlimited. `queueMs` is at the rate of the moment; no queue means 200 ms, yet never fewer than 10 full
 *  packets. The seed is that of a generated rate. network-model.md 2.1, step 1. */
export type BottleneckOptions = RateProfile &
  Pick<DirectionProfile, 'queueMs' | 'queueBytes'> & { readonly seed: number }

export type BottleneckTold = {
  readonly accepted: (packet: LinkPacket, nowMs: number) => void
  /** With the wait before the first bit was sent; the packet's own serialisation is not in it. */
  readonly departed: Deliver
  readonly tailDropped: (packet: LinkPacket, nowMs: number) => void
}

/** `queueBytes` counts where `isSteady`: no course of the rate changes it. */
type Line = {
  readonly options: BottleneckOptions
  readonly rate: Rate
  readonly isSteady: boolean
  readonly queueBytes: number
}
type Queued = {
  packet: LinkPacket | undefined
  rate: Rate | undefined
  entryMs: number
  startMs: number
  departureMs: number
}

const DEFAULT_QUEUE_MS = 200
const DEFAULT_QUEUE_PACKETS = 10

/** One serialiser behind a drop-tail queue: a packet leaves when its last bit has been sent. network-model.md 2.1.
 *  Packets enter in order of their times, but one may come after `advance` went beyond its entry (a late timer):
 *  it meets the queue as it stood at its entry, so that no decision depends on when anyone called. */
export class Bottleneck implements LinkStage {
  readonly #told: BottleneckTold
  readonly #lines: Timeline<Line>
  readonly #slots = new SlotRing<Queued>(newSlot)
  #departing = 0 // the next packet to depart
  #occupying = 0 // the oldest packet in the queue at the newest entry, which may lie before the latest departure
  #occupiedBytes = 0
  #freeMs = -Infinity
  #nextMs = Infinity

  constructor(options: BottleneckOptions, told: BottleneckTold) {
    this.#told = told
    this.#lines = new Timeline(lineOf(options, rateOf(options)))
  }

  accept(packet: LinkPacket, nowMs: number): void {
    this.#vacate(nowMs)
    const line = this.#lines.at(nowMs)
    const limitBytes = line.isSteady ? line.queueBytes : queueBytes(line, nowMs)
    if (this.#occupiedBytes + packet.sizeBytes > limitBytes) {
      this.#told.tailDropped(packet, nowMs)
      return
    }
    const slot = this.#slots.push()
    slot.packet = packet
    slot.entryMs = nowMs
    this.#plan(slot, Math.max(nowMs, this.#freeMs))
    this.#freeMs = slot.departureMs
    this.#occupiedBytes += packet.sizeBytes
    if (this.#nextMs === Infinity) this.#nextMs = slot.departureMs
    this.#told.accepted(packet, nowMs)
  }

  advance(nowMs: number): void {
    while (this.#nextMs <= nowMs) {
      const slots = this.#slots
      const { packet, entryMs, startMs, departureMs } = slots.at(this.#departing)
      this.#departing += 1
      this.#release()
      this.#nextMs = this.#departing < slots.next ? slots.at(this.#departing).departureMs : Infinity
      this.#told.departed(packet as LinkPacket, departureMs, startMs - entryMs)
    }
  }

  nextEventMs(): number {
    return this.#nextMs
  }

  /** Another rate or queue from `fromMs` on. The packet being sent then ends at the old rate, and all behind it take the
   *  new one; a packet that an outage holds is sent anew. */
  change(options: BottleneckOptions, fromMs: number): void {
    const before = this.#lines.at(fromMs)
    const rate = sameRate(before.options, options) ? before.rate : rateOf(options)
    this.#lines.set(fromMs, lineOf(options, rate))
    this.#planAgain(fromMs)
  }

  #plan(slot: Queued, startMs: number): void {
    const { sizeBytes } = slot.packet as LinkPacket
    const { rate } = this.#lines.at(startMs)
    slot.startMs = startMs
    slot.rate = rate
    slot.departureMs = rate.finishMs(startMs, sizeBytes)
    const changeMs = this.#lines.changeMs
    if (slot.departureMs > changeMs && rate.isSilentAt(changeMs)) {
      this.#plan(slot, changeMs) // sent anew, though it waits no longer
      slot.startMs = startMs
    }
  }

  #planAgain(fromMs: number): void {
    if (this.#departing === this.#slots.next) return
    let startMs = this.#slots.at(this.#departing).startMs
    for (let number = this.#departing; number < this.#slots.next; number += 1) {
      const slot = this.#slots.at(number)
      startMs = Math.max(startMs, slot.entryMs)
      if (startMs !== slot.startMs || !this.#isAsPlanned(slot, fromMs)) this.#plan(slot, startMs)
      startMs = slot.departureMs
    }
    this.#freeMs = startMs
    this.#nextMs = this.#slots.at(this.#departing).departureMs
  }

  #isAsPlanned({ rate, startMs, departureMs }: Queued, fromMs: number): boolean {
    if (rate === this.#lines.at(startMs).rate && rate === this.#lines.at(fromMs).rate) return true
    const isHeld = departureMs > fromMs && rate?.isSilentAt(fromMs) === true
    return startMs <= fromMs && !isHeld
  }

  #vacate(nowMs: number): void {
    while (this.#occupying < this.#slots.next) {
      const { packet, departureMs } = this.#slots.at(this.#occupying)
      if (departureMs > nowMs) return
      this.#occupiedBytes -= (packet as LinkPacket).sizeBytes
      this.#occupying += 1
      this.#release()
    }
  }

  #release(): void {
    this.#slots.first = Math.min(this.#departing, this.#occupying)
  }
}

function lineOf(options: BottleneckOptions, rate: Rate): Line {
  const isSteady = options.queueBytes !== undefined || rate.isConstant
  return { options, rate, isSteady, queueBytes: isSteady ? queueBytes({ options, rate }, -Infinity) : NaN }
}

function queueBytes({ options, rate }: Pick<Line, 'options' | 'rate'>, atMs: number): number {
  if (options.queueBytes !== undefined) return options.queueBytes
  const bytesPerMs = rate.bytesPerMsAt(atMs)
  return options.queueMs === undefined
    ? Math.max(DEFAULT_QUEUE_MS * bytesPerMs, DEFAULT_QUEUE_PACKETS * FULL_PACKET_BYTES)
    : Math.max(options.queueMs * bytesPerMs, FULL_PACKET_BYTES) // an idle line takes at least one packet
}

/** Fractions, so that the engine keeps the moments as such from the start. */
function newSlot(): Queued {
  return { packet: undefined, rate: undefined, entryMs: 0.5, startMs: 0.5, departureMs: 0.5 }
}
