import type { ViewerEvent } from './record.ts'

/** How far a viewer is behind one without a network: one whose picture begins with the wish to play and never waits.
 *  (now − play asked − paused) − (position − start); network-model.md 5.1, "live latency", for a video on demand. A code
 *  burnt into the picture tells the position where one was read since the wish; else the playhead does. A seek begins
 *  it anew. */
export class Behind {
  readonly #frameIntervalMs: number
  #zeroMs: number | undefined // the newest wish to play, later by each pause
  #startMs: number | undefined // of media time, where it asked to play from
  #pausedMs: number | undefined // since
  #isShowing = false
  /** The figures come from the code in the picture. */
  isByCode = false

  constructor(frameIntervalMs: number) {
    this.#frameIntervalMs = frameIntervalMs
  }

  /** The new figure in milliseconds where the event gives one: none before the first picture, or while paused. */
  add(event: ViewerEvent): number | undefined {
    switch (event.kind) {
      case 'play-asked':
        return this.#begin(event.fromSeconds, event.atMs)
      case 'paused':
        this.#pausedMs ??= event.atMs
        return
      case 'resumed':
        return this.#resume(event.atMs)
      case 'ended':
        this.#isShowing = false
        return
      case 'frame-shown':
        this.#isShowing = this.#zeroMs !== undefined
        return
      case 'playhead':
        return this.isByCode ? undefined : this.#at(event.positionSeconds * 1000, event.atMs) // s to ms
      case 'code-read':
        this.isByCode = true
        return this.#at(event.frameNumber * this.#frameIntervalMs, event.atMs)
      case 'frame-frozen':
      case 'variant-shown':
      case 'buffer':
      case 'media-received':
      case 'rtp-started':
      case 'segment-asked':
      case 'segment-received':
      case 'segment-cancelled':
      case 'packets-given-up':
      case 'packet-late':
        return
    }
  }

  #begin(fromSeconds: number | undefined, atMs: number): undefined {
    this.#zeroMs = atMs
    this.#startMs = fromSeconds === undefined ? undefined : fromSeconds * 1000 // s to ms
    if (this.#pausedMs !== undefined) this.#pausedMs = atMs // a seek while paused
    this.#isShowing = false
    this.isByCode = false
  }

  #resume(atMs: number): undefined {
    if (this.#zeroMs !== undefined && this.#pausedMs !== undefined) this.#zeroMs += atMs - this.#pausedMs
    this.#pausedMs = undefined
  }

  /** A wish that does not say from where is one from the first position told. */
  #at(positionMs: number, nowMs: number): number | undefined {
    this.#startMs ??= positionMs
    if (!this.#isShowing || this.#zeroMs === undefined || this.#pausedMs !== undefined) return undefined
    return nowMs - this.#zeroMs - (positionMs - this.#startMs)
  }
}
