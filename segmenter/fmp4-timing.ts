import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import type { Outline, OutlineAudio, OutlineFrame } from '../protocol/outline.ts'
import type { Rational } from './rational.ts'
import { frameTicks } from './segment-check.ts'

/** When a picture is decoded, for how long, and how much later its time is, before the edit; 90 kHz. */
export type FrameTiming = {
  readonly decodeTicks: number
  readonly durationTicks: number
  readonly compositionTicks: number
}

/** Times of a variant's pictures on its frame grid, so that each begins exactly where the one before ends, also from one
 *  segment to the next. Less `editTicks` they are shown at the same times as in the transport stream. Decoding begins with
 *  the moment at which the first picture is shown: hls.js and Shaka Player lay their timeline by it, and would find a hole
 *  in front of the picture. Negative offsets would do for them too, but ffmpeg shows all that has such too late. */
export class FrameClock {
  readonly #originTicks: number
  readonly #frameRate: Rational
  #reorderFrames: number | undefined
  #frames = 0

  constructor(originTicks: number, frameRate: Rational) {
    this.#originTicks = originTicks
    this.#frameRate = frameRate
  }

  /** How much later than wanted the pictures taken are: for the edit list. */
  get editTicks(): number {
    return frameTicks(this.#reorderFrames ?? 0, this.#frameRate)
  }

  /** The next pictures, in the order of decoding. */
  take(frames: readonly OutlineFrame[]): FrameTiming[] {
    const [first] = frames
    this.#reorderFrames ??= first === undefined ? 0 : this.#framesIn(first.ptsTicks - first.dtsTicks)
    const firstFrame = this.#frames
    this.#frames += frames.length
    return frames.map(({ ptsTicks }, index) => {
      const decodeTicks = this.#place(firstFrame + index)
      return {
        decodeTicks,
        durationTicks: this.#place(firstFrame + index + 1) - decodeTicks,
        compositionTicks: Math.max(0, this.#place(this.#framesIn(ptsTicks)) + this.editTicks - decodeTicks),
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

/** How many units of a segment's sound end before the first picture is shown: what the encoder needed to begin. No player
 *  lets them be heard; a timeline laid by them would begin with a hole. */
export function unheardUnits(
  { firstPtsTicks, sizesBytes }: OutlineAudio,
  { sampleRateHz, samplesPerFrame }: NonNullable<Outline['audio']>,
): number {
  const unitTicks = (samplesPerFrame * TICKS_PER_SECOND) / sampleRateHz
  return Math.min(sizesBytes.length, Math.max(0, Math.floor((-firstPtsTicks + ROUNDING_TICKS) / unitTicks)))
}

const ROUNDING_TICKS = 2

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
  take(firstPtsTicks: number, units: number): number {
    const told = Math.round(((this.#originTicks + firstPtsTicks) * this.#sampleRateHz) / TICKS_PER_SECOND)
    const next = this.#nextSamples ?? told
    const begins = Math.abs(told - next) > this.#samplesPerFrame / 2 ? told : next
    this.#nextSamples = begins + units * this.#samplesPerFrame
    return begins
  }
}
