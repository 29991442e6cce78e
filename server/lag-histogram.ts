const BUCKETS = 1000 // of a millisecond each; the last one holds all that is later

/** How late a timer rang, in bounded memory. */
export class LagHistogram {
  readonly #counts = new Uint32Array(BUCKETS)
  total = 0

  add(lagMs: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(lagMs)))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.total += 1
  }

  /** The lag that `ratio` of all stayed below, rounded up to a millisecond; 0 when nothing was added. */
  quantileMs(ratio: number): number {
    let seen = 0
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count
      if (this.total > 0 && seen >= ratio * this.total) return bucket + 1
    }
    return 0
  }
}
