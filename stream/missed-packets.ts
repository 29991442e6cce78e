const REMEMBERED = 4096 // a power of two

/** When each of the newest packets was missed, and whether it was given up, in memory that does not grow. Sequence numbers
 *  are extended ones. */
export class MissedPackets {
  readonly #numbers = new Float64Array(REMEMBERED).fill(NaN) // by their low bits
  readonly #missedMs = new Float64Array(REMEMBERED)
  readonly #givenUp = new Uint8Array(REMEMBERED)

  /** So many packets, from `first` on. */
  miss(first: number, packets: number, nowMs: number): void {
    for (const sequenceNumber of newestOf(first, packets)) {
      const slot = this.#claim(sequenceNumber)
      this.#missedMs[slot] = nowMs
    }
  }

  giveUp(first: number, packets: number): void {
    for (const sequenceNumber of newestOf(first, packets)) {
      const slot = this.#find(sequenceNumber)
      if (slot !== undefined) this.#givenUp[slot] = 1
    }
  }

  missedMs(sequenceNumber: number): number | undefined {
    const slot = this.#find(sequenceNumber)
    return slot === undefined ? undefined : this.#missedMs[slot]
  }

  /** Whether it was given up; of each one this is told once. */
  takeGivenUp(sequenceNumber: number): boolean {
    const slot = this.#find(sequenceNumber)
    if (slot === undefined || this.#givenUp[slot] === 0) return false
    this.#givenUp[slot] = 0
    return true
  }

  #claim(sequenceNumber: number): number {
    const slot = sequenceNumber & (REMEMBERED - 1)
    this.#numbers[slot] = sequenceNumber
    this.#givenUp[slot] = 0
    return slot
  }

  #find(sequenceNumber: number): number | undefined {
    const slot = sequenceNumber & (REMEMBERED - 1)
    return this.#numbers[slot] === sequenceNumber ? slot : undefined
  }
}

/** As many as can be remembered. */
function* newestOf(first: number, packets: number): Generator<number> {
  const end = first + packets
  for (let number = Math.max(first, end - REMEMBERED); number < end; number += 1) yield number
}
