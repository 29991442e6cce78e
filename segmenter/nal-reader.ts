import { concatBytes } from '../protocol/bytes.ts'
import { nextStartCode } from '../protocol/h264.ts'

const START_CODE_BYTES = 3

/** NAL units out of a byte stream that comes in pieces, ITU-T H.264 and H.265 annex B; zeros before the next start code
 *  stay at a unit's end. A unit beyond `maxUnitBytes` ends the reading. */
export class NalReader {
  readonly #maxUnitBytes: number
  readonly #onNal: (nal: Uint8Array) => void
  #held: Uint8Array = new Uint8Array(0) // from a start code on
  #searchedBytes = 0
  hasOverflowed = false

  constructor(maxUnitBytes: number, onNal: (nal: Uint8Array) => void) {
    this.#maxUnitBytes = maxUnitBytes
    this.#onNal = onNal
  }

  push(bytes: Uint8Array): void {
    if (this.hasOverflowed) return
    const seen = this.#held.length === 0 ? bytes : concatBytes([this.#held, bytes])
    let start = nextStartCode(seen, 0)
    let next = nextStartCode(seen, Math.max(start + START_CODE_BYTES, this.#searchedBytes))
    while (next < seen.length) {
      this.#onNal(seen.subarray(start + START_CODE_BYTES, next))
      start = next
      next = nextStartCode(seen, start + START_CODE_BYTES)
    }
    this.#held = seen.subarray(start < seen.length ? start : Math.max(0, seen.length - START_CODE_BYTES + 1))
    this.#searchedBytes = Math.max(0, this.#held.length - START_CODE_BYTES + 1)
    if (this.#held.length <= this.#maxUnitBytes) return
    this.hasOverflowed = true
    this.#held = new Uint8Array(0)
  }

  end(): void {
    if (this.#held.length > START_CODE_BYTES) this.#onNal(this.#held.subarray(START_CODE_BYTES))
    this.#held = new Uint8Array(0)
  }
}
