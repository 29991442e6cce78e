const CHUNK_BYTES = 1024 * 1024 // some 800 packets of a full frame each
const SLOT_BYTES = 64 // packets of at least so much never begin in one slot

/** Memory for packets that are written one right behind the other, so that those of a burst can leave as one piece. A chunk
 *  lives as long as one of its packets, or is written anew: memory that is always new costs the process several times what
 *  it costs to fill it, for V8 collects all garbage whenever some 50 MB have gone by. */
export class PacketArena {
  #chunk = new Uint8Array(0)
  #usedBytes = 0
  #isWrittenAnew = false
  #views: (Uint8Array | undefined)[] = [] // by slot, of `#chunk`, if it is written anew

  /** In which the room stands that was claimed last. */
  get chunk(): Uint8Array {
    return this.#chunk
  }

  /** Where in `chunk` so many bytes are free: right behind those claimed before, unless another chunk begins with them. For
   *  who writes them there himself: a view of its own costs more than to fill it. */
  claim(sizeBytes: number): number {
    if (this.#usedBytes + sizeBytes > this.#chunk.length) {
      this.#chunk = newChunk(Math.max(CHUNK_BYTES, sizeBytes))
      this.#usedBytes = 0
      this.#views = []
    }
    const startByte = this.#usedBytes
    this.#usedBytes += sizeBytes
    return startByte
  }

  /** The same as a view. Not filled: every byte of it has to be written. */
  take(sizeBytes: number): Uint8Array {
    const startByte = this.claim(sizeBytes)
    return this.view(this.#chunk, startByte, sizeBytes)
  }

  /** Of room that was claimed in `chunk`. Where packets of one size come turn after turn, they stand in the same places, and
   *  each view is made once. */
  view(chunk: Uint8Array, startByte: number, sizeBytes: number): Uint8Array {
    if (!this.#isWrittenAnew || chunk !== this.#chunk || sizeBytes < SLOT_BYTES) {
      return viewOf(chunk, startByte, sizeBytes)
    }
    const slot = Math.floor(startByte / SLOT_BYTES)
    const known = this.#views[slot]
    if (known !== undefined && known.byteOffset === startByte && known.length === sizeBytes) return known
    const made = viewOf(chunk, startByte, sizeBytes)
    this.#views[slot] = made
    return made
  }

  /** Nobody needs any packet of it any more. */
  reuse(): void {
    this.#isWrittenAnew = true
    this.#usedBytes = 0
  }

  /** Somebody may still need one: what comes now is written elsewhere. */
  abandon(): void {
    this.#chunk = new Uint8Array(0)
    this.#usedBytes = 0
    this.#views = []
  }
}

/** Not filled with zeros. A plain array, as all that is written into: with two kinds of them V8 would ask at each byte. */
function newChunk(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer)
}

/** By the constructor, which costs half of what `subarray` does. */
function viewOf({ buffer, byteOffset }: Uint8Array, startByte: number, sizeBytes: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + startByte, sizeBytes)
}

/** Of the process, for packets that their sinks keep: never written anew. */
export const keptPackets = new PacketArena()
