import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import type { OutlineAudio, OutlineFrame } from '../protocol/outline.ts'
import type { Rational } from './rational.ts'
import { frameTicks } from './segment-check.ts'

/** When a picture is decoded, for how long, and how much later it is shown; 90 kHz. */
export type FrameTiming = {
  readonly decodeTicks: number
  readonly durationTicks: number
  readonly compositionTicks: number
}

/** Times of a variant's pictures on its frame grid, so that each begins exactly where the one before ends, also from one
 *  segment to the next. Shown at the same times as in the transport stream; decoded so many frames earlier as the first
 *  picture is. */
export class FrameClock {
  readonly #originTicks: number
  readonly #frameRate: Rational
  #reorderFrames: number | undefined
  #frames = 0

  constructor(originTicks: number, frameRate: Rational) {
    this.#originTicks = originTicks
    this.#frameRate = frameRate
  }

  /** The next pictures, in the order of decoding. */
  take(frames: readonly OutlineFrame[]): FrameTiming[] {
    const [first] = frames
    this.#reorderFrames ??= first === undefined ? 0 : this.#framesIn(first.ptsTicks - first.dtsTicks)
    const decodedFrames = this.#frames - this.#reorderFrames
    this.#frames += frames.length
    return frames.map(({ ptsTicks }, index) => {
      const decodeTicks = this.#place(decodedFrames + index)
      return {
        decodeTicks,
        durationTicks: this.#place(decodedFrames + index + 1) - decodeTicks,
        compositionTicks: Math.max(0, this.#place(this.#framesIn(ptsTicks)) - decodeTicks),
      }
    })
  }

  #place(frame: number): number {
    return this.#originTicks + frameTicks(frame, this.#frameRate)
  }

  #framesIn(ticks: number): number {
    const { numerator, denominator } = this.#frameRate
    return Math.round((ticks * numerator) / (denominator * TICKS_PER_SECOND))
  }
}

/** Times of a variant's sound, counted in its samples. */
export class SampleClock {
  readonly #originTicks: number
  readonly #sampleRateHz: number
  readonly #samplesPerFrame: number
  #nextSamples: number | undefined

  constructor(originTicks: number, sampleRateHz: number, samplesPerFrame: number) {
    this.#originTicks = originTicks
    this.#sampleRateHz = sampleRateHz
    this.#samplesPerFrame = samplesPerFrame
  }

  /** Where the next units begin: right behind those before, unless the stream has a gap of more than half a unit there. */
  take({ firstPtsTicks, sizesBytes }: OutlineAudio): number {
    const told = Math.round(((this.#originTicks + firstPtsTicks) * this.#sampleRateHz) / TICKS_PER_SECOND)
    const next = this.#nextSamples ?? told
    const begins = Math.abs(told - next) > this.#samplesPerFrame / 2 ? told : next
    this.#nextSamples = begins + sizesBytes.length * this.#samplesPerFrame
    return begins
  }
}
