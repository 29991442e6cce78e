import type { ExactMaths } from './abr.ts'

const LN_HALF = -0.6931471805599453

/** A mean in which a value counts half once values of the weight `halfLife` have come after it. What came before the first
 *  one does not count. */
export class Ewma {
  readonly #decay: number // ln of what is left after a weight of 1
  readonly #exp: ExactMaths['exp']
  #sum = 0
  totalWeight = 0

  constructor(halfLife: number, exp: ExactMaths['exp']) {
    this.#decay = LN_HALF / halfLife
    this.#exp = exp
  }

  add(value: number, weight: number): void {
    const left = this.#exp(this.#decay * weight)
    this.#sum = value * (1 - left) + left * this.#sum
    this.totalWeight += weight
  }

  /** 0 before the first value. */
  get mean(): number {
    const counted = 1 - this.#exp(this.#decay * this.totalWeight)
    return counted === 0 ? 0 : this.#sum / counted
  }
}
