/** How many bytes came within a window that ends now. Times do not go backwards. */
export class RecentBytes {
  readonly #windowMs: number
  #sizes = new Float64Array(64) // rings of a power of two, so that `&` wraps; nothing is allocated for a packet
  #timesMs = new Float64Array(64)
  #oldest = 0 // running numbers
  #next = 0
  #totalBytes = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(sizeBytes: number, atMs: number): void {
    this.#forget(atMs)
    if (this.#next - this.#oldest === this.#sizes.length) this.#grow()
    const place = this.#next & (this.#sizes.length - 1)
    this.#sizes[place] = sizeBytes
    this.#timesMs[place] = atMs
    this.#next += 1
    this.#totalBytes += sizeBytes
  }

  total(nowMs: number): number {
    this.#forget(nowMs)
    return this.#totalBytes
  }

  #forget(nowMs: number): void {
    const mask = this.#sizes.length - 1
    const untilMs = nowMs - this.#windowMs
    while (this.#oldest < this.#next && (this.#timesMs[this.#oldest & mask] as number) <= untilMs) {
      this.#totalBytes -= this.#sizes[this.#oldest & mask] as number
      this.#oldest += 1
    }
  }

  /** From number 0 again, the oldest first. */
  #grow(): void {
    const [sizes, timesMs, mask] = [this.#sizes, this.#timesMs, this.#sizes.length - 1]
    this.#sizes = new Float64Array(2 * sizes.length)
    this.#timesMs = new Float64Array(2 * sizes.length)
    for (let index = 0; index < sizes.length; index += 1) {
      this.#sizes[index] = sizes[(this.#oldest + index) & mask] as number
      this.#timesMs[index] = timesMs[(this.#oldest + index) & mask] as number
    }
    this.#oldest = 0
    this.#next = sizes.length
  }
}
