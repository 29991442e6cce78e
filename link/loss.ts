import type { Deliver, LinkPacket, LinkStage } from './link-packet.ts'
import type { Random } from './random.ts'

/** Loss after the queue: the packet has used its share of the rate. network-model.md 2.1, step 3.
 *  One draw a packet whatever the ratio, in order, so that packet k meets draw k: the same seed and packets give the
 *  same losses, and what is lost at 2 % is lost at 5 % too. Takes no time. */
export class RandomLoss implements LinkStage {
  readonly #deliver: Deliver
  readonly #lost: Deliver
  lossRatio: number
  random: Random

  constructor(lossRatio: number, random: Random, told: { readonly deliver: Deliver; readonly lost: Deliver }) {
    this.lossRatio = lossRatio
    this.random = random
    this.#deliver = told.deliver
    this.#lost = told.lost
  }

  accept(packet: LinkPacket, nowMs: number): void {
    const fate = this.random() < this.lossRatio ? this.#lost : this.#deliver
    fate(packet, nowMs)
  }

  advance(): void {}

  nextEventMs(): number {
    return Infinity
  }
}
