/** A time in which something stood still; it ends with the next mark. */
export type Standstill = { readonly fromMs: number; readonly toMs: number }

/** The gaps between marks that are longer than a threshold; each lasts its length less what is normal. */
export class Standstills {
  readonly #thresholdMs: number
  readonly #normalMs: number
  readonly #ended: (standstill: Standstill) => void
  #markMs: number | undefined
  #count = 0
  #totalMs = 0
  #longestMs = 0

  /** `ended` is told of each one that is over. */
  constructor(thresholdMs: number, normalMs: number, ended: (standstill: Standstill) => void = () => {}) {
    this.#thresholdMs = thresholdMs
    this.#normalMs = normalMs
    this.#ended = ended
  }

  mark(atMs: number): void {
    if (this.#isOpen(atMs)) this.#end(atMs)
    this.#markMs = atMs
  }

  stop(atMs: number): void {
    this.mark(atMs)
    this.#markMs = undefined
  }

  /** With the gap that is open at `nowMs`. */
  at(nowMs: number): { readonly count: number; readonly totalMs: number; readonly longestMs: number } {
    const openMs = this.#isOpen(nowMs) ? nowMs - this.#fromMs() : 0
    return {
      count: this.#count + (openMs > 0 ? 1 : 0),
      totalMs: this.#totalMs + openMs,
      longestMs: Math.max(this.#longestMs, openMs),
    }
  }

  /** When the gap that is open at `nowMs` began. */
  openSinceMs(nowMs: number): number | undefined {
    return this.#isOpen(nowMs) ? this.#fromMs() : undefined
  }

  #isOpen(nowMs: number): boolean {
    return this.#markMs !== undefined && nowMs - this.#markMs > this.#thresholdMs
  }

  #fromMs(): number {
    return (this.#markMs as number) + this.#normalMs
  }

  #end(toMs: number): void {
    const fromMs = this.#fromMs()
    this.#count += 1
    this.#totalMs += toMs - fromMs
    this.#longestMs = Math.max(this.#longestMs, toMs - fromMs)
    this.#ended({ fromMs, toMs })
  }
}
