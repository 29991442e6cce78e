const REMEMBERED = 4096 // a power of two

/** The newest 4,096 or fewer of the numbers that were added, in memory that does not grow. */
export class SeenLately {
  readonly #seen = new Float64Array(REMEMBERED).fill(NaN) // by their low bits

  add(number: number): void {
    this.#seen[number & (REMEMBERED - 1)] = number
  }

  has(number: number): boolean {
    return this.#seen[number & (REMEMBERED - 1)] === number
  }
}
