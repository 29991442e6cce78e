import { concatBytes } from './bytes.ts'

const HEADER_SIZE_AT = 6 // 16 bits, little-endian, as all of it
const LEAST_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 12

/** The coded pictures of an IVF file that comes in pieces, one after the other; each is bytes of its own. Throws RangeError for
 *  what is no IVF file, for a picture beyond `maxFrameBytes`, and for one that is cut off. */
export class IvfReader {
  readonly #maxFrameBytes: number
  #held: Uint8Array = new Uint8Array(0)
  #hasHead = false

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  *push(bytes: Uint8Array): Generator<Uint8Array> {
    this.#held = this.#held.length === 0 ? bytes : concatBytes([this.#held, bytes])
    if (!this.#hasHead && !this.#takeHead()) return
    for (let at = 0; ;) {
      const frameBytes = this.#frameBytes(at)
      if (at + FRAME_HEADER_BYTES + frameBytes > this.#held.length) {
        this.#held = this.#held.subarray(at)
        return
      }
      at += FRAME_HEADER_BYTES
      yield this.#held.slice(at, at + frameBytes)
      at += frameBytes
    }
  }

  end(): void {
    if (this.#held.length > 0) throw new RangeError(`an IVF file ends ${this.#held.length} bytes into a picture`)
  }

  /** Infinity before its header is there. */
  #frameBytes(at: number): number {
    if (at + FRAME_HEADER_BYTES > this.#held.length) return Infinity
    const sizeBytes = viewOf(this.#held).getUint32(at, true)
    if (sizeBytes > this.#maxFrameBytes) throw new RangeError(`a picture of ${sizeBytes} bytes`)
    return sizeBytes
  }

  #takeHead(): boolean {
    if (this.#held.length < LEAST_HEADER_BYTES) return false
    const view = viewOf(this.#held)
    const headBytes = view.getUint16(HEADER_SIZE_AT, true)
    if (view.getUint32(0) !== DKIF || headBytes !== LEAST_HEADER_BYTES) throw new RangeError('no IVF file')
    this.#held = this.#held.subarray(headBytes)
    this.#hasHead = true
    return true
  }
}

const DKIF = 0x444b4946

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
