import type { Rate } from './rate.ts'

export type RateStep = { readonly rateBitsPerSecond: number; readonly durationMs: number }

/** A rate that changes in steps from link time 0 on and begins again at its end. A packet takes the rates that it meets
 *  while it is sent; in a step of rate 0 it rests. At least one rate is above 0. */
export class SteppedRate implements Rate {
  readonly isConstant = false
  readonly #startsMs: Float64Array // of each step, and the end of the last one
  readonly #bytesPerMs: Float64Array
  readonly #queueBytesPerMs: Float64Array // in an outage that of before
  readonly #periodMs: number
  readonly #periodBytes: number
  #index = 0

  constructor(steps: readonly RateStep[]) {
    this.#startsMs = new Float64Array(steps.length + 1)
    this.#bytesPerMs = Float64Array.from(steps, ({ rateBitsPerSecond }) => rateBitsPerSecond / 8000) // 8 bit, 1000 ms
    this.#queueBytesPerMs = Float64Array.from(this.#bytesPerMs)
    let lastRate = this.#bytesPerMs.findLast((rate) => rate > 0) as number
    let periodBytes = 0
    steps.forEach(({ durationMs }, index) => {
      const rate = this.#bytesPerMs[index] as number
      this.#startsMs[index + 1] = (this.#startsMs[index] as number) + durationMs
      if (rate > 0) lastRate = rate
      this.#queueBytesPerMs[index] = lastRate
      periodBytes += rate * durationMs
    })
    this.#periodMs = this.#startsMs[steps.length] as number
    this.#periodBytes = periodBytes
  }

  finishMs(startMs: number, sizeBytes: number): number {
    let periodStartMs = this.#periodStartMs(startMs)
    let offsetMs = startMs - periodStartMs
    let index = this.#indexAt(offsetMs)
    let bytes = sizeBytes
    for (;;) {
      const endMs = this.#startsMs[index + 1] as number
      const rate = this.#bytesPerMs[index] as number
      const roomBytes = (endMs - offsetMs) * rate
      if (bytes <= roomBytes && rate > 0) return periodStartMs + offsetMs + bytes / rate
      bytes -= roomBytes
      index += 1
      offsetMs = endMs
      if (index < this.#bytesPerMs.length) continue
      const wholePeriods = Math.ceil(bytes / this.#periodBytes) - 1 // the last byte is sent within a period
      bytes = Math.max(bytes - wholePeriods * this.#periodBytes, 0)
      periodStartMs += (1 + wholePeriods) * this.#periodMs
      index = 0
      offsetMs = 0
    }
  }

  bytesPerMsAt(ms: number): number {
    return this.#queueBytesPerMs[this.#indexAt(ms - this.#periodStartMs(ms))] as number
  }

  isSilentAt(ms: number): boolean {
    return this.#bytesPerMs[this.#indexAt(ms - this.#periodStartMs(ms))] === 0
  }

  #periodStartMs(ms: number): number {
    return Math.floor(ms / this.#periodMs) * this.#periodMs
  }

  /** The step at a moment of the period: mostly the one of the last question, or else found by halving. */
  #indexAt(offsetMs: number): number {
    const starts = this.#startsMs
    if (offsetMs >= (starts[this.#index] as number) && offsetMs < (starts[this.#index + 1] as number))
      return this.#index
    let [low, high] = [0, this.#bytesPerMs.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offsetMs) low = middle
      else high = middle - 1
    }
    this.#index = low
    return low
  }
}
