/** Interarrival jitter in clock ticks, RFC 3550 section 6.4.1 and appendix A.8. Feed packets in arrival order.
 *  Differences are modulo 2^32: a timestamp that wraps does not look like half a day of delay. */
export class InterarrivalJitter {
  readonly #clockRateHz: number
  #previousTransitTicks: number | undefined
  ticks = 0

  constructor(clockRateHz: number) {
    this.#clockRateHz = clockRateHz
  }

  add(timestampTicks: number, arrivalMs: number): void {
    const transitTicks = Math.round((arrivalMs * this.#clockRateHz) / 1000) - timestampTicks
    if (this.#previousTransitTicks !== undefined) {
      const changeTicks = Math.abs((transitTicks - this.#previousTransitTicks) | 0)
      this.ticks += (changeTicks - this.ticks) / 16
    }
    this.#previousTransitTicks = transitTicks
  }
}
