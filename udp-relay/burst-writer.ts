/** Packets of one track that stand one behind the other in memory: all of one size, the last may be smaller. */
export type PacketBurst = {
  readonly bytes: Uint8Array
  readonly sizeBytes: number // of each packet
  readonly scheduledMs: readonly number[] // one for each packet
}

/** Linux cuts no more than 64 datagrams, and no more than 65,507 bytes (udp(7)). */
const MAX_PACKETS = 48
const MAX_BYTES = 65_000

/** Gathers packets into bursts, as far as they stand one behind the other. */
export class BurstWriter {
  readonly #emit: (burst: PacketBurst) => void
  #first: Uint8Array | undefined
  #scheduledMs: number[] = []
  #endByte = 0
  #isOpen = false // the burst may grow

  constructor(emit: (burst: PacketBurst) => void) {
    this.#emit = emit
  }

  add(packet: Uint8Array, scheduledMs: number): void {
    if (!this.#isFollowedBy(packet)) {
      this.flush()
      this.#first = packet
      this.#endByte = packet.byteOffset
    }
    const first = this.#first as Uint8Array
    this.#endByte += packet.length
    this.#scheduledMs.push(scheduledMs)
    this.#isOpen =
      packet.length === first.length &&
      this.#scheduledMs.length < MAX_PACKETS &&
      this.#endByte + packet.length - first.byteOffset <= MAX_BYTES
  }

  /** Emits what has been gathered. */
  flush(): void {
    const [first, scheduledMs] = [this.#first, this.#scheduledMs]
    if (first === undefined) return
    this.#first = undefined
    this.#scheduledMs = []
    this.#isOpen = false
    const bytes = new Uint8Array(first.buffer, first.byteOffset, this.#endByte - first.byteOffset)
    this.#emit({ bytes, sizeBytes: first.length, scheduledMs })
  }

  #isFollowedBy({ buffer, byteOffset, length }: Uint8Array): boolean {
    const first = this.#first
    if (first === undefined || !this.#isOpen) return false
    return byteOffset === this.#endByte && length <= first.length && buffer === first.buffer
  }
}
