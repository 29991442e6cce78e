import { FULL_PACKET_BYTES } from './link-packet.ts'
import type { Rate } from './rate.ts'

/** Mahimahi's way of a rate: at each of these milliseconds 1500 bytes may leave, of one packet or of several, and a packet
 *  may need several opportunities; what nobody uses is gone. The list begins again at its last moment, as mm-link does.
 *  Packets are asked for in the order of their sending. Who goes back (a change of plans) begins at the next moment. */
export class OpportunityRate implements Rate {
  readonly isConstant = false
  readonly #momentsMs: Float64Array
  readonly #periodMs: number
  #periodStartMs = 0
  #index = 0 // of the opportunity in use
  #leftBytes = FULL_PACKET_BYTES

  constructor(momentsMs: readonly number[]) {
    this.#momentsMs = Float64Array.from(momentsMs)
    this.#periodMs = momentsMs.at(-1) as number
  }

  finishMs(startMs: number, sizeBytes: number): number {
    if (startMs > this.#momentMs()) this.#seek(startMs, 0)
    else if (startMs < this.#momentMs() && this.#leftBytes < FULL_PACKET_BYTES) this.#seek(startMs, 1)
    let bytes = sizeBytes
    while (bytes > this.#leftBytes) {
      bytes -= this.#leftBytes
      this.#next()
    }
    this.#leftBytes -= bytes
    return this.#momentMs()
  }

  /** Single opportunities have no rate: the mean of the whole list. */
  bytesPerMsAt(): number {
    return (this.#momentsMs.length * FULL_PACKET_BYTES) / this.#periodMs
  }

  isSilentAt(): boolean {
    return false // however far the next opportunity
  }

  #momentMs(): number {
    return this.#periodStartMs + (this.#momentsMs[this.#index] as number)
  }

  #next(): void {
    this.#leftBytes = FULL_PACKET_BYTES
    this.#index += 1
    if (this.#index < this.#momentsMs.length) return
    this.#index = 0
    this.#periodStartMs += this.#periodMs
  }

  /** To the first opportunity at least so much after `startMs`. */
  #seek(startMs: number, afterMs: number): void {
    const fromMs = startMs + afterMs
    this.#periodStartMs = Math.floor(fromMs / this.#periodMs) * this.#periodMs
    const offsetMs = fromMs - this.#periodStartMs
    let [low, high] = [0, this.#momentsMs.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#momentsMs[middle] as number) >= offsetMs) high = middle
      else low = middle + 1
    }
    this.#index = low
    this.#leftBytes = FULL_PACKET_BYTES
  }
}
