import { Fifo } from './fifo.ts'
import type { Deliver, LinkPacket, LinkStage } from './link-packet.ts'

/** One-way delay that never reorders: a packet is due no earlier than the one before it. network-model.md 2.1, step 4. */
export class Delay implements LinkStage {
  readonly #deliver: Deliver
  readonly #travelling = new Fifo<{ readonly packet: LinkPacket; readonly dueMs: number }>()
  #lastDueMs = -Infinity
  /** Of the packets to come; those under way keep theirs. */
  oneWayDelayMs: number

  constructor(oneWayDelayMs: number, deliver: Deliver) {
    this.oneWayDelayMs = oneWayDelayMs
    this.#deliver = deliver
  }

  accept(packet: LinkPacket, nowMs: number): void {
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + this.oneWayDelayMs)
    this.#travelling.push({ packet, dueMs: this.#lastDueMs })
  }

  advance(nowMs: number): void {
    for (
      let head = this.#travelling.peek();
      head !== undefined && head.dueMs <= nowMs;
      head = this.#travelling.peek()
    ) {
      this.#travelling.shift()
      this.#deliver(head.packet, head.dueMs)
    }
  }

  nextEventMs(): number {
    return this.#travelling.peek()?.dueMs ?? Infinity
  }
}
