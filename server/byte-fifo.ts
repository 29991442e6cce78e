import { Fifo } from '../link/fifo.ts'

/** Bytes in the order in which they came, taken in any amounts. */
export class ByteFifo {
  readonly #chunks = new Fifo<Uint8Array>()
  #takenOfFirst = 0
  #sizeBytes = 0

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#sizeBytes += chunk.length
  }

  /** The oldest `sizeBytes`; all that there is, if that is less. */
  take(sizeBytes: number): Uint8Array {
    const taken: Uint8Array[] = []
    let wantedBytes = Math.min(sizeBytes, this.#sizeBytes)
    this.#sizeBytes -= wantedBytes
    for (let first = this.#chunks.peek(); first !== undefined && wantedBytes > 0; first = this.#chunks.peek()) {
      const part = first.subarray(this.#takenOfFirst, this.#takenOfFirst + wantedBytes)
      taken.push(part)
      wantedBytes -= part.length
      this.#takenOfFirst += part.length
      if (this.#takenOfFirst < first.length) break
      this.#chunks.shift()
      this.#takenOfFirst = 0
    }
    return taken.length === 1 ? (taken[0] as Uint8Array) : Buffer.concat(taken) // mostly no copy
  }
}
