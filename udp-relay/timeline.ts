/** How fast media go. At a `scale` of 2 two seconds of the video are shown in one (RFC 2326 section 12.34), at one of -2 these
 *  two seconds backwards; at a `speed` of 2 they are sent in one and still shown in two (section 12.35). */
export type PlayoutPace = { readonly scale: number; readonly speed: number }

export const NORMAL_PACE: PlayoutPace = { scale: 1, speed: 1 }

/** From one PLAY to the next pause or seek: where media time meets the clock and the RTP timestamps.
 *  RTP time goes on with the clock over pauses and seeks, so that neither ever jumps back (RFC 2326 appendix B). */
export class Timeline {
  readonly startMs: number // media time
  readonly #startElapsedMs: number // RTP time of `startMs`, since the session began
  readonly #mediaPerRtp: number
  readonly #mediaPerClock: number
  #zeroMs: number // the clock at media time 0

  /** `firstSendMs`: media time at which the first packet is due, `nowMs` by the clock. */
  constructor(
    start: { startMs: number; elapsedMs: number; firstSendMs: number; nowMs: number },
    { scale, speed }: PlayoutPace = NORMAL_PACE,
  ) {
    this.startMs = start.startMs
    this.#startElapsedMs = start.elapsedMs
    this.#mediaPerRtp = scale
    this.#mediaPerClock = scale * speed
    this.#zeroMs = start.nowMs - start.firstSendMs / this.#mediaPerClock
  }

  /** Backwards, what is sent later has an earlier time; Infinity is never due either way. */
  dueMs(sendMs: number): number {
    if (sendMs === Infinity) return Infinity
    return this.#zeroMs + sendMs / this.#mediaPerClock
  }

  mediaMs(nowMs: number): number {
    return (nowMs - this.#zeroMs) * this.#mediaPerClock
  }

  /** RTP time of a moment of the media, since the session began. */
  elapsedMs(mediaMs: number): number {
    return this.#startElapsedMs + (mediaMs - this.startMs) / this.#mediaPerRtp
  }

  /** As `elapsedMs`, to the tick; `mediaTicks` counts `clockRateHz` from media time 0. */
  elapsedTicks(mediaTicks: number, clockRateHz: number): number {
    const sinceStartTicks = Math.round((mediaTicks - toTicks(this.startMs, clockRateHz)) / this.#mediaPerRtp)
    return toTicks(this.#startElapsedMs, clockRateHz) + sinceStartTicks
  }

  /** The rest is due later; sooner, for a negative time. */
  delay(byMs: number): void {
    this.#zeroMs += byMs
  }
}

function toTicks(ms: number, clockRateHz: number): number {
  return Math.round((ms * clockRateHz) / 1000)
}
