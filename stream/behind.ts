import { DelayHistogram } from './delay-histogram.ts'
import { listensTo } from './event-kinds.ts'
import { captureToShownMs } from './latency-split.ts'
import type { ViewerEvent } from './record.ts'

/** How far a viewer is behind one without a network: one whose picture begins with the wish to play and never waits.
 *  (now − play asked − paused) − (position − start). network-model.md 5.1, "live latency", for a video on demand. Of something live: how
 *  far behind the capture of what is shown. */
export type Behind = {
  readonly msP50: number
  readonly msP95: number
  readonly driftMs: number // at the newest picture, less at the first after the newest wish to play
  readonly from: 'capture' | 'code' | 'playhead' // each counts more than the next: the picture's burnt-in code more than the player's word
}

const isHeard = listensTo(
  'play-asked',
  'paused',
  'resumed',
  'ended',
  'frame-shown',
  'sound-heard',
  'playhead',
  'code-read',
  'picture-latency',
  'live-latency',
)

/** The fold over a viewer's events. */
export class BehindFold {
  readonly #frameIntervalSeconds: number
  readonly #byCapture = new Samples()
  readonly #byCode = new Samples()
  readonly #byPlayhead = new Samples()
  #zeroMs: number | undefined // the wish to play, later by each pause
  #startSeconds: number | undefined // where it asked to play from
  #pausedMs: number | undefined // since
  #isShowing = false

  constructor(frameIntervalMs: number) {
    this.#frameIntervalSeconds = frameIntervalMs / 1000
  }

  /** The new sample in milliseconds, where the event gives one that counts. */
  add(event: ViewerEvent): number | undefined {
    if (!isHeard(event)) return
    switch (event.kind) {
      case 'play-asked':
        return this.#ask(event.atMs, event.fromSeconds)
      case 'paused':
        this.#pausedMs ??= event.atMs
        return
      case 'resumed':
        return this.#resume(event.atMs)
      case 'ended':
        this.#isShowing = false
        return
      case 'frame-shown':
      case 'sound-heard':
        this.#isShowing = this.#zeroMs !== undefined
        return
      case 'playhead':
        return this.#sample(this.#byPlayhead, event.positionSeconds, event.atMs, this.#isLive || this.#byCode.hasBegun)
      case 'code-read':
        return this.#sample(this.#byCode, event.frameNumber * this.#frameIntervalSeconds, event.atMs, this.#isLive)
      case 'picture-latency':
      case 'live-latency':
        return this.#sampleLive(captureToShownMs(event))
    }
  }

  /** Undefined before a place in the video was told. */
  get behind(): Behind | undefined {
    return this.#byCapture.behind('capture') ?? this.#byCode.behind('code') ?? this.#byPlayhead.behind('playhead')
  }

  get #isLive(): boolean {
    return this.#byCapture.hasBegun
  }

  #ask(atMs: number, fromSeconds: number | undefined): undefined {
    this.#zeroMs = atMs
    this.#startSeconds = fromSeconds
    this.#pausedMs = undefined
    this.#isShowing = false
    this.#byCapture.beginAnew()
    this.#byCode.beginAnew()
    this.#byPlayhead.beginAnew()
  }

  #resume(atMs: number): undefined {
    if (this.#zeroMs !== undefined && this.#pausedMs !== undefined) this.#zeroMs += atMs - this.#pausedMs
    this.#pausedMs = undefined
  }

  #sampleLive(behindMs: number): number {
    this.#byCapture.add(behindMs)
    return behindMs
  }

  /** Who did not say from where it plays, plays from the first place that is told. */
  #sample(samples: Samples, positionSeconds: number, atMs: number, isOutdone = false): number | undefined {
    this.#startSeconds ??= positionSeconds
    if (!this.#isShowing || this.#zeroMs === undefined || this.#pausedMs !== undefined) return undefined
    const behindMs = atMs - this.#zeroMs - (positionSeconds - this.#startSeconds) * 1000 // s to ms
    samples.add(behindMs)
    return isOutdone ? undefined : behindMs
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

  /** Since the newest wish to play. */
  get hasBegun(): boolean {
    return this.#firstMs !== undefined
  }

  beginAnew(): void {
    this.#firstMs = undefined
  }

  behind(from: Behind['from']): Behind | undefined {
    if (this.#newestMs === undefined) return undefined
    return {
      msP50: this.#delays.quantileMs(0.5),
      msP95: this.#delays.quantileMs(0.95),
      driftMs: this.#firstMs === undefined ? 0 : this.#newestMs - this.#firstMs,
      from,
    }
  }
}
