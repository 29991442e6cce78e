import { timestampDistanceTicks } from '../protocol/rtp.ts'

const TICKS_PER_SECOND = 90_000

/** RTP timestamps of one track as 90 kHz ticks after one of them, over wraps. */
export class MediaTime {
  readonly #clockRateHz: number
  #nearTicks: number | undefined // RTP
  #elapsedTicks = 0 // of the track's own clock, pauses with it
  #wentOnTicks = -Infinity // where it last went on after a pause
  #pausedTicks = 0 // of all pauses
  #pausedBeforeTicks = 0 // of those before the last

  /** `originTicks`: the timestamp of time 0, where the session tells it; else the first one asked for. */
  constructor(clockRateHz: number, originTicks: number | undefined) {
    this.#clockRateHz = clockRateHz
    this.#nearTicks = originTicks
  }

  at(timestampTicks: number): number {
    this.#elapsedTicks += timestampDistanceTicks(this.#nearTicks ?? timestampTicks, timestampTicks)
    this.#nearTicks = timestampTicks
    const pausedTicks = this.#elapsedTicks < this.#wentOnTicks ? this.#pausedBeforeTicks : this.#pausedTicks
    return Math.round(((this.#elapsedTicks - pausedTicks) * TICKS_PER_SECOND) / this.#clockRateHz)
  }

  /** After a pause, over which RTP time may have gone on, `mediaSeconds` are at this timestamp. What is earlier stays where
   *  it was. */
  goOn(timestampTicks: number, mediaSeconds: number): void {
    this.#pausedBeforeTicks = this.#pausedTicks
    this.#wentOnTicks = this.#elapsedTicks + timestampDistanceTicks(this.#nearTicks ?? timestampTicks, timestampTicks)
    this.#pausedTicks = this.#wentOnTicks - Math.round(mediaSeconds * this.#clockRateHz)
  }
}
