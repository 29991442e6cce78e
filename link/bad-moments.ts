import { ln } from './exact-math.ts'
import type { LinkPacket } from './link-packet.ts'
import { randomOf, type Random } from './random.ts'

/** Loss by time: whatever leaves in a bad moment is lost, TCP or UDP, one packet or a hundred, on every copy of the line
 *  with this seed. Bad and good moments have exponential lengths, of mean B and B (1 - m) / m for the mean loss m; the
 *  line is bad at first with chance m, as at any moment. network-model.md 2.1, time-indexed Gilbert-Elliott.
 *  The moments are made from the seed as time reaches them. */
export class BadMoments {
  readonly #meanBadMs: number
  readonly #meanGoodMs: number
  readonly #random: Random
  #isBad: boolean
  #untilMs: number

  constructor(loss: { readonly lossRatio: number; readonly meanBurstMs: number }, seed: number, fromMs: number) {
    this.#meanBadMs = loss.meanBurstMs
    this.#meanGoodMs = (loss.meanBurstMs * (1 - loss.lossRatio)) / loss.lossRatio
    this.#random = randomOf(seed, 'bad-moments')
    this.#isBad = this.#random() < loss.lossRatio
    this.#untilMs = fromMs + this.#lengthMs()
  }

  isLost(_packet: LinkPacket, departureMs: number): boolean {
    while (departureMs >= this.#untilMs) {
      this.#isBad = !this.#isBad
      this.#untilMs += this.#lengthMs()
    }
    return this.#isBad
  }

  #lengthMs(): number {
    const meanMs = this.#isBad ? this.#meanBadMs : this.#meanGoodMs
    return meanMs === Infinity ? Infinity : -meanMs * ln(1 - this.#random())
  }
}
