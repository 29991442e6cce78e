export type AudioClock = { readonly sampleRateHz: number; readonly samplesPerFrame: number }

/** RTP times of consecutive audio units. A player adds up samples, and 90 kHz does not divide most sample rates:
 *  times rounded one by one would jitter, so they count on from an anchor. */
export class SampleTimeline {
  readonly #sampleRateHz: number
  readonly #samplesPerFrame: number
  #expected: number | undefined

  constructor({ sampleRateHz, samplesPerFrame }: AudioClock) {
    this.#sampleRateHz = sampleRateHz
    this.#samplesPerFrame = samplesPerFrame
  }

  /** Samples from the first picture to this unit, the one after that of the call before. Anchored anew, to the unit's
   *  own time, only when the sound leaps by more than half a frame: a hole, a seek, a loop. */
  samplesAt(ptsTicks: number): number {
    const told = Math.round((ptsTicks * this.#sampleRateHz) / 90_000)
    const leaps = this.#expected === undefined || Math.abs(told - this.#expected) > this.#samplesPerFrame / 2
    const samples = leaps || this.#expected === undefined ? told : this.#expected
    this.#expected = samples + this.#samplesPerFrame
    return samples
  }
}
