import { Fifo } from './fifo.ts'
import type { LinkPacket, LinkStage } from './link-packet.ts'

/** `rateBitsPerSecond` absent means unlimited. `queueMs` is at the rate of the moment; absent means 200 ms, yet never
 *  fewer than 10 full packets. network-model.md 2.1, step 1. */
export type BottleneckOptions = { readonly rateBitsPerSecond?: number; readonly queueMs?: number }

export type BottleneckTold = {
  readonly accepted: (packet: LinkPacket, nowMs: number) => void
  /** `queueingDelayMs` is the wait before the first bit was sent; the packet's own serialisation is not in it. */
  readonly departed: (packet: LinkPacket, departureMs: number, queueingDelayMs: number) => void
  readonly tailDropped: (packet: LinkPacket, nowMs: number) => void
}

type Queued = { readonly packet: LinkPacket; readonly entryMs: number; startMs: number; departureMs: number }

const FULL_PACKET_BYTES = 1500
const DEFAULT_QUEUE_MS = 200
const DEFAULT_QUEUE_PACKETS = 10

/** One serialiser behind a drop-tail queue: a packet leaves when its last bit has been sent. network-model.md 2.1.
 *  Packets enter in order of their times, but one may come after `advance` went beyond its entry (a late timer):
 *  it meets the queue as it stood at its entry, so that no decision depends on when anyone called. */
export class Bottleneck implements LinkStage {
  readonly #told: BottleneckTold
  readonly #waiting = new Fifo<Queued>() // not delivered yet
  readonly #occupying = new Fifo<Queued>() // in the queue at the newest entry
  #msPerByte = 0
  #queueBytes = Infinity
  #occupiedBytes = 0
  #freeMs = -Infinity

  constructor(options: BottleneckOptions, told: BottleneckTold) {
    this.#told = told
    this.#setLine(options)
  }

  accept(packet: LinkPacket, nowMs: number): void {
    this.#vacate(nowMs)
    if (this.#occupiedBytes + packet.sizeBytes > this.#queueBytes) {
      this.#told.tailDropped(packet, nowMs)
      return
    }
    const startMs = Math.max(nowMs, this.#freeMs)
    this.#freeMs = startMs + packet.sizeBytes * this.#msPerByte
    const queued = { packet, entryMs: nowMs, startMs, departureMs: this.#freeMs }
    this.#occupiedBytes += packet.sizeBytes
    this.#occupying.push(queued)
    this.#waiting.push(queued)
    this.#told.accepted(packet, nowMs)
  }

  advance(nowMs: number): void {
    for (
      let head = this.#waiting.peek();
      head !== undefined && head.departureMs <= nowMs;
      head = this.#waiting.peek()
    ) {
      this.#waiting.shift()
      this.#told.departed(head.packet, head.departureMs, head.startMs - head.entryMs)
    }
  }

  nextEventMs(): number {
    return this.#waiting.peek()?.departureMs ?? Infinity
  }

  /** Another rate or queue from `nowMs` on. The packet being sent ends at the old rate; all behind it take the new one. */
  change(options: BottleneckOptions, nowMs: number): void {
    this.advance(nowMs)
    this.#setLine(options)
    let freeMs = this.#waiting.peek()?.departureMs
    if (freeMs === undefined) return
    for (const queued of this.#waiting) {
      if (queued === this.#waiting.peek()) continue
      queued.startMs = Math.max(queued.entryMs, freeMs)
      freeMs = queued.startMs + queued.packet.sizeBytes * this.#msPerByte
      queued.departureMs = freeMs
    }
    this.#freeMs = freeMs
  }

  #setLine({ rateBitsPerSecond, queueMs }: BottleneckOptions): void {
    const bytesPerMs = rateBitsPerSecond === undefined ? Infinity : rateBitsPerSecond / 8000 // 8 bit, 1000 ms
    this.#msPerByte = 1 / bytesPerMs
    this.#queueBytes =
      queueMs === undefined
        ? Math.max(DEFAULT_QUEUE_MS * bytesPerMs, DEFAULT_QUEUE_PACKETS * FULL_PACKET_BYTES)
        : Math.max(queueMs * bytesPerMs, FULL_PACKET_BYTES) // an idle line takes at least one packet
  }

  #vacate(nowMs: number): void {
    let head = this.#occupying.peek()
    for (; head !== undefined && head.departureMs <= nowMs; head = this.#occupying.peek()) {
      this.#occupying.shift()
      this.#occupiedBytes -= head.packet.sizeBytes
    }
  }
}
