/** Which bitrate was shown how long, and how often it changed. */
export class VariantsShown {
  #bitsPerSecond: number | undefined
  #sinceWatchedMs = 0
  #shownBits = 0 // before that
  #switches = 0
  #switchedBitsPerSecond = 0

  show(bitsPerSecond: number, watchedMs: number): void {
    this.#shownBits = this.#bitsUntil(watchedMs)
    this.#sinceWatchedMs = watchedMs
    const changeBitsPerSecond = Math.abs(bitsPerSecond - (this.#bitsPerSecond ?? bitsPerSecond))
    if (changeBitsPerSecond > 0) this.#switches += 1
    this.#switchedBitsPerSecond += changeBitsPerSecond
    this.#bitsPerSecond = bitsPerSecond
  }

  measures(watchedMs: number) {
    if (this.#bitsPerSecond === undefined) return {}
    return {
      shownBitsPerSecond: watchedMs === 0 ? undefined : (this.#bitsUntil(watchedMs) * 1000) / watchedMs, // per ms to per s
      variantSwitches: this.#switches,
      switchedBitsPerSecond: this.#switchedBitsPerSecond,
    }
  }

  #bitsUntil(watchedMs: number): number {
    return this.#shownBits + ((this.#bitsPerSecond ?? 0) * (watchedMs - this.#sinceWatchedMs)) / 1000 // ms to s
  }
}
