import type { PacketArena } from './packet-arena.ts'

/** Linux cuts no more than 64 datagrams, and no more than 65,507 bytes (udp(7)). */
const MAX_PACKETS = 48
const MAX_BYTES = 65_000

/** Packets of one track that stand one behind the other in memory: all of one size, the last may be smaller. */
export class PacketBurst {
  readonly chunk: Uint8Array // with other packets in it
  readonly startByte: number
  readonly endByte: number
  readonly sizeBytes: number // of each packet
  readonly scheduledMs: readonly number[] // one for each packet, in their order
  readonly #memory: PacketArena
  #packets: readonly Uint8Array[] | undefined

  constructor(
    memory: PacketArena,
    chunk: Uint8Array,
    startByte: number,
    endByte: number,
    sizeBytes: number,
    scheduledMs: readonly number[],
  ) {
    this.#memory = memory
    this.chunk = chunk
    this.startByte = startByte
    this.endByte = endByte
    this.sizeBytes = sizeBytes
    this.scheduledMs = scheduledMs
  }

  /** For who sends them one by one; made once, however many viewers they go to. */
  get packets(): readonly Uint8Array[] {
    return (this.#packets ??= this.#views())
  }

  #views(): Uint8Array[] {
    const views: Uint8Array[] = []
    for (let at = this.startByte; at < this.endByte; at += this.sizeBytes) {
      views.push(this.#memory.view(this.chunk, at, Math.min(this.sizeBytes, this.endByte - at)))
    }
    return views
  }
}

/** Gathers packets into bursts, as far as they stand one behind the other. */
export class BurstWriter {
  readonly #memory: PacketArena
  readonly #emit: (burst: PacketBurst) => void
  #chunk: Uint8Array
  #startByte = 0
  #endByte = 0
  #sizeBytes = 0
  #isOpen = false // the last packet was as large as the first
  #scheduledMs: number[] = []

  constructor(memory: PacketArena, emit: (burst: PacketBurst) => void) {
    this.#memory = memory
    this.#chunk = memory.chunk
    this.#emit = emit
  }

  /** In which the packet has to be written that was placed last, before the next one is placed. */
  get chunk(): Uint8Array {
    return this.#chunk
  }

  /** A packet more: gives where in `chunk` it has to be written. */
  place(sizeBytes: number, scheduledMs: number): number {
    const at = this.#memory.claim(sizeBytes)
    if (!this.#growsBy(sizeBytes, at)) {
      this.flush()
      this.#chunk = this.#memory.chunk
      this.#startByte = at
      this.#sizeBytes = sizeBytes
    }
    this.#isOpen = sizeBytes === this.#sizeBytes
    this.#endByte = at + sizeBytes
    this.#scheduledMs.push(scheduledMs)
    return at
  }

  /** Emits what has been gathered. */
  flush(): void {
    const scheduledMs = this.#scheduledMs
    if (scheduledMs.length === 0) return
    this.#scheduledMs = []
    this.#isOpen = false
    this.#emit(new PacketBurst(this.#memory, this.#chunk, this.#startByte, this.#endByte, this.#sizeBytes, scheduledMs))
  }

  #growsBy(sizeBytes: number, at: number): boolean {
    if (!this.#isOpen || sizeBytes > this.#sizeBytes || this.#scheduledMs.length === MAX_PACKETS) return false
    if (at + sizeBytes - this.#startByte > MAX_BYTES) return false
    return at === this.#endByte && this.#chunk === this.#memory.chunk
  }
}
