export type ReadBuffersOptions = {
  readonly budgetBytes: number // of all that are lent; beyond it each has the smallest size
  readonly smallestBytes: number
  readonly largestBytes: number // the smallest, doubled some times
}

/** One gets no more than this share of what is left, so that those who come later get something, too. */
const SHARE = 1 / 8

/** Buffers for reading files, lent and used again. The more there are at once, the smaller are the next ones; few sizes, so
 *  that a buffer given back serves another. */
export class ReadBuffers {
  readonly #options: ReadBuffersOptions
  readonly #idle = new Map<number, Buffer[]>() // by size
  #idleBytes = 0
  #lentBytes = 0

  constructor(options: ReadBuffersOptions) {
    this.#options = options
  }

  /** Lent, and kept for the next. */
  get bytes(): number {
    return this.#idleBytes + this.#lentBytes
  }

  /** A buffer for so many bytes, or for a part of them at a time. What is in it is of no meaning. */
  take(wantedBytes: number): Buffer {
    const sizeBytes = this.#sizeFor(wantedBytes)
    const known = this.#idle.get(sizeBytes)?.pop()
    if (known !== undefined) this.#idleBytes -= sizeBytes
    this.#lentBytes += sizeBytes
    return known ?? Buffer.allocUnsafeSlow(sizeBytes)
  }

  /** Nobody reads into it or out of it any more. */
  give(buffer: Buffer): void {
    this.#lentBytes -= buffer.length
    if (this.bytes + buffer.length > this.#options.budgetBytes) return
    const idle = this.#idle.get(buffer.length)
    if (idle === undefined) this.#idle.set(buffer.length, [buffer])
    else idle.push(buffer)
    this.#idleBytes += buffer.length
  }

  #sizeFor(wantedBytes: number): number {
    const { budgetBytes, smallestBytes, largestBytes } = this.#options
    const shareBytes = (budgetBytes - this.#lentBytes) * SHARE
    let sizeBytes = largestBytes
    while (sizeBytes > smallestBytes && (sizeBytes > shareBytes || sizeBytes / 2 >= wantedBytes)) sizeBytes /= 2
    return sizeBytes
  }
}
