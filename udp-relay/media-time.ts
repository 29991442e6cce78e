import { timestampDistanceTicks } from '../protocol/rtp.ts'

const TICKS_PER_SECOND = 90_000

/** RTP timestamps of one track as 90 kHz ticks after one of them, over wraps. */
export class MediaTime {
  readonly #clockRateHz: number
  #nearTicks: number | undefined // RTP
  #elapsedTicks = 0 // of the track's own clock

  /** `originTicks`: the timestamp of time 0, where the session tells it; else the first one asked for. */
  constructor(clockRateHz: number, originTicks: number | undefined) {
    this.#clockRateHz = clockRateHz
    this.#nearTicks = originTicks
  }

  at(timestampTicks: number): number {
    this.#elapsedTicks += timestampDistanceTicks(this.#nearTicks ?? timestampTicks, timestampTicks)
    this.#nearTicks = timestampTicks
    return Math.round((this.#elapsedTicks * TICKS_PER_SECOND) / this.#clockRateHz)
  }
}
