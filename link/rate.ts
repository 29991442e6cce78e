/** How fast a line sends, as a function of link time. */
export type Rate = {
  /** The same at all times. */
  readonly isConstant: boolean
  /** When the last bit is sent of a packet whose first bit may leave at `startMs`. */
  finishMs(startMs: number, sizeBytes: number): number
  /** What a queue told in ms is measured by; in an outage the rate before it, which is the one that filled the queue. */
  bytesPerMsAt(ms: number): number
  /** In an outage. */
  isSilentAt(ms: number): boolean
}

/** Infinity sends in no time. */
export class ConstantRate implements Rate {
  readonly isConstant = true
  readonly #bytesPerMs: number
  readonly #msPerByte: number

  constructor(bitsPerSecond: number) {
    this.#bytesPerMs = bitsPerSecond / 8000 // 8 bit, 1000 ms
    this.#msPerByte = 1 / this.#bytesPerMs
  }

  finishMs(startMs: number, sizeBytes: number): number {
    return startMs + sizeBytes * this.#msPerByte
  }

  bytesPerMsAt(): number {
    return this.#bytesPerMs
  }

  isSilentAt(): boolean {
    return false
  }
}
