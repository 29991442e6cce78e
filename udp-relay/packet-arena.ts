const CHUNK_BYTES = 1024 * 1024 // some 800 packets of a full frame each

/** Memory for packets that are written one right behind the other, so that those of a burst can leave as one piece. A chunk
 *  lives as long as one of its packets, or is written anew: memory that is always new costs the process several times what
 *  it costs to fill it, for V8 collects all garbage whenever some 50 MB have gone by. */
export class PacketArena {
  #chunk = new Uint8Array(0)
  #usedBytes = 0

  /** Not filled: every byte of it has to be written. */
  take(sizeBytes: number): Uint8Array {
    if (this.#usedBytes + sizeBytes > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, sizeBytes))
      this.#usedBytes = 0
    }
    const start = this.#usedBytes
    this.#usedBytes += sizeBytes
    return this.#chunk.subarray(start, this.#usedBytes)
  }

  /** Nobody needs any packet of it any more. */
  reuse(): void {
    this.#usedBytes = 0
  }

  /** Somebody may still need one: what comes now is written elsewhere. */
  abandon(): void {
    this.#chunk = new Uint8Array(0)
    this.#usedBytes = 0
  }
}

/** Of the process, for packets that their sinks keep: never written anew. */
export const keptPackets = new PacketArena()
