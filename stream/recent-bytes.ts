/** How many bytes came within a window that ends now. Times do not go backwards. */
export class RecentBytes {
  readonly #windowMs: number
  #entries: { readonly sizeBytes: number; readonly atMs: number }[] = []
  #oldest = 0 // index of the oldest entry within the window; those before it are dropped in batches
  #totalBytes = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(sizeBytes: number, atMs: number): void {
    this.#entries.push({ sizeBytes, atMs })
    this.#totalBytes += sizeBytes
    this.#forget(atMs)
  }

  total(nowMs: number): number {
    this.#forget(nowMs)
    return this.#totalBytes
  }

  #forget(nowMs: number): void {
    for (let entry = this.#entries[this.#oldest]; entry !== undefined; entry = this.#entries[this.#oldest]) {
      if (entry.atMs > nowMs - this.#windowMs) break
      this.#totalBytes -= entry.sizeBytes
      this.#oldest += 1
    }
    if (this.#oldest < 1000) return
    this.#entries = this.#entries.slice(this.#oldest)
    this.#oldest = 0
  }
}
