/** When somebody stood still: from the moment at which the next move was due to the move. */
export type StandstillTold = (fromMs: number, toMs: number) => void

/** Counts the gaps between marks that are longer than a threshold; each lasts its length less what is normal. */
export class Standstills {
  readonly #thresholdMs: number
  readonly #normalMs: number
  readonly #tell: StandstillTold | undefined
  #markMs: number | undefined
  #count = 0
  #totalMs = 0

  /** `tell` hears of each standstill once it is over. */
  constructor(thresholdMs: number, normalMs: number, tell?: StandstillTold) {
    this.#thresholdMs = thresholdMs
    this.#normalMs = normalMs
    this.#tell = tell
  }

  mark(atMs: number): void {
    const fromMs = this.openSinceMs(atMs)
    this.#markMs = atMs
    if (fromMs === undefined) return
    this.#count += 1
    this.#totalMs += atMs - fromMs
    this.#tell?.(fromMs, atMs)
  }

  stop(atMs: number): void {
    this.mark(atMs)
    this.#markMs = undefined
  }

  /** Since when it stands still at `nowMs`; undefined while it moves. */
  openSinceMs(nowMs: number): number | undefined {
    if (this.#markMs === undefined || nowMs - this.#markMs <= this.#thresholdMs) return undefined
    return this.#markMs + this.#normalMs
  }

  /** With the gap that is open at `nowMs`. */
  at(nowMs: number): { readonly count: number; readonly totalMs: number } {
    const fromMs = this.openSinceMs(nowMs)
    if (fromMs === undefined) return { count: this.#count, totalMs: this.#totalMs }
    return { count: this.#count + 1, totalMs: this.#totalMs + nowMs - fromMs }
  }
}
