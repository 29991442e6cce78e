/** Of the jitter buffer's time the last part is the decoder's, or the frame after each loss would be shown late. */
export const DECODE_MS = 30

/** When each frame is due: the first packet's arrival fixes the timeline, the jitter buffer's time lies between.
 *  It never waits for data, as a live viewer's clock would not: what is not there in time is a freeze, not a stall. */
export class PlaybackClock {
  readonly #jitterBufferMs: number
  #baseMs: number | undefined // the moment at which presentation time 0 would have arrived
  #pausedMs: number | undefined

  constructor(jitterBufferMs: number) {
    this.#jitterBufferMs = jitterBufferMs
  }

  get isStarted(): boolean {
    return this.#baseMs !== undefined
  }

  /** The first packet of the frame with this presentation time has come. */
  start(ptsMs: number, arrivalMs: number): void {
    this.#baseMs = arrivalMs - ptsMs
  }

  /** When to show a frame; Infinity before the start and while paused. */
  dueMs(ptsMs: number): number {
    if (this.#baseMs === undefined || this.#pausedMs !== undefined) return Infinity
    return this.#baseMs + ptsMs + this.#jitterBufferMs
  }

  /** Presentation time of the frame due now; undefined before the start. */
  positionMs(nowMs: number): number | undefined {
    if (this.#baseMs === undefined) return undefined
    return (this.#pausedMs ?? nowMs) - this.#baseMs - this.#jitterBufferMs
  }

  pause(nowMs: number): void {
    this.#pausedMs ??= nowMs
  }

  /** Goes on where it paused: all later frames are due later by the length of the pause. */
  resume(nowMs: number): void {
    if (this.#baseMs !== undefined && this.#pausedMs !== undefined) this.#baseMs += nowMs - this.#pausedMs
    this.#pausedMs = undefined
  }
}
