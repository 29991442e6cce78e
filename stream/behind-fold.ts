import { Behind } from './behind.ts'
import { DelayHistogram } from './delay-histogram.ts'
import type { ViewerEvent } from './record.ts'

/** How far behind (behind.ts) a viewer was over a run. */
export type BehindMeasures = {
  readonly msP50: number
  readonly msP95: number
  readonly driftMs: number // at the newest picture, less at the first after the newest wish to play
  readonly from: 'code' | 'playhead' // the picture's burnt-in code counts more than the player's word
}

/** The fold over a viewer's events. */
export class BehindFold {
  readonly #behind: Behind
  readonly #byCode = new Samples()
  readonly #byPlayhead = new Samples()

  constructor(frameIntervalMs: number) {
    this.#behind = new Behind(frameIntervalMs)
  }

  add(event: ViewerEvent): void {
    const behindMs = this.#behind.add(event)
    if (event.kind === 'play-asked') for (const samples of [this.#byCode, this.#byPlayhead]) samples.beginAnew()
    if (behindMs === undefined) return
    if (this.#behind.isByCode) this.#byCode.add(behindMs)
    else this.#byPlayhead.add(behindMs)
  }

  /** Undefined before a place in the video was told. */
  get measures(): BehindMeasures | undefined {
    return this.#byCode.measures('code') ?? this.#byPlayhead.measures('playhead')
  }
}

class Samples {
  readonly #delays = new DelayHistogram()
  #firstMs: number | undefined // since the newest wish to play
  #newestMs: number | undefined

  add(behindMs: number): void {
    this.#delays.add(Math.max(0, behindMs))
    this.#firstMs ??= behindMs
    this.#newestMs = behindMs
  }

  beginAnew(): void {
    this.#firstMs = undefined
  }

  measures(from: BehindMeasures['from']): BehindMeasures | undefined {
    if (this.#newestMs === undefined) return undefined
    return {
      msP50: this.#delays.quantileMs(0.5),
      msP95: this.#delays.quantileMs(0.95),
      driftMs: this.#firstMs === undefined ? 0 : this.#newestMs - this.#firstMs,
      from,
    }
  }
}
