/** From one PLAY to the next pause or seek: where media time meets the clock and the RTP timestamps.
 *  RTP time goes on with the clock over pauses and seeks, so that neither ever jumps back (RFC 2326 appendix B). */
export class Timeline {
  readonly startMs: number // media time
  readonly #startElapsedMs: number // RTP time of `startMs`, since the session began
  #zeroMs: number // the clock at media time 0

  /** `firstSendMs`: media time at which the first packet is due, `nowMs` by the clock. */
  constructor(start: { startMs: number; elapsedMs: number; firstSendMs: number; nowMs: number }) {
    this.startMs = start.startMs
    this.#startElapsedMs = start.elapsedMs
    this.#zeroMs = start.nowMs - start.firstSendMs
  }

  dueMs(sendMs: number): number {
    return this.#zeroMs + sendMs
  }

  mediaMs(nowMs: number): number {
    return nowMs - this.#zeroMs
  }

  /** RTP time of a moment of the media, since the session began. */
  elapsedMs(mediaMs: number): number {
    return this.#startElapsedMs + mediaMs - this.startMs
  }

  /** As `elapsedMs`, to the tick; `mediaTicks` counts `clockRateHz` from media time 0. */
  elapsedTicks(mediaTicks: number, clockRateHz: number): number {
    return toTicks(this.#startElapsedMs, clockRateHz) + mediaTicks - toTicks(this.startMs, clockRateHz)
  }

  /** The rest is due later. */
  delay(byMs: number): void {
    this.#zeroMs += byMs
  }
}

function toTicks(ms: number, clockRateHz: number): number {
  return Math.round((ms * clockRateHz) / 1000)
}
