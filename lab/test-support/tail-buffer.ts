/** Keeps the last bytes of an output that may be endless. */
export class TailBuffer {
  readonly #limitBytes: number
  #chunks: Buffer[] = []
  #keptBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  push(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#keptBytes += bytes.length
    if (this.#keptBytes > 2 * this.#limitBytes) this.#trim() // seldom, so that a long output is not copied each time
  }

  text(): string {
    this.#trim()
    return this.#chunks.join('')
  }

  #trim(): void {
    const all = Buffer.concat(this.#chunks)
    const kept = all.subarray(Math.max(0, all.length - this.#limitBytes))
    this.#chunks = [kept]
    this.#keptBytes = kept.length
  }
}
