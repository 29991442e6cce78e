import type { ViewerEvent } from './record.ts'

/** How far the picture of a viewer is behind that of one who had no network: the time since the wish to play, less the
 *  pauses, less the video played since. A code burnt into the picture tells it where one was read since the wish; else the
 *  playhead does. A seek begins it anew. */
export class Behind {
  readonly #frameIntervalMs: number
  #askedMs: number | undefined
  #startMs: number | undefined // of media time
  #pausedSinceMs: number | undefined
  #pausedMs = 0
  #hasCode = false
  #hasEnded = false

  constructor(frameIntervalMs: number) {
    this.#frameIntervalMs = frameIntervalMs
  }

  /** The new figure in milliseconds where the event gives one. */
  add(event: ViewerEvent): number | undefined {
    switch (event.kind) {
      case 'play-asked':
        return this.#begin(event.fromSeconds, event.atMs)
      case 'paused':
        this.#pausedSinceMs ??= event.atMs
        return
      case 'resumed':
        return this.#resume(event.atMs)
      case 'ended':
        this.#hasEnded = true
        return
      case 'playhead':
        return this.#hasCode ? undefined : this.#at(event.positionSeconds * 1000, event.atMs) // s to ms
      case 'code-read':
        this.#hasCode = true
        return this.#at(event.frameNumber * this.#frameIntervalMs, event.atMs)
      case 'frame-shown':
      case 'frame-frozen':
      case 'variant-shown':
      case 'buffer':
      case 'media-received':
      case 'segment-asked':
      case 'segment-received':
      case 'segment-cancelled':
      case 'packets-given-up':
      case 'packet-late':
        return
    }
  }

  #begin(fromSeconds: number | undefined, atMs: number): undefined {
    this.#askedMs = atMs
    this.#startMs = fromSeconds === undefined ? undefined : fromSeconds * 1000 // s to ms
    this.#pausedMs = 0
    if (this.#pausedSinceMs !== undefined) this.#pausedSinceMs = atMs // a seek while paused
    this.#hasCode = false
    this.#hasEnded = false
  }

  #resume(atMs: number): undefined {
    if (this.#pausedSinceMs !== undefined) this.#pausedMs += atMs - this.#pausedSinceMs
    this.#pausedSinceMs = undefined
  }

  /** A wish that does not say from where is one from the first position told. */
  #at(positionMs: number, nowMs: number): number | undefined {
    if (this.#askedMs === undefined || this.#pausedSinceMs !== undefined || this.#hasEnded) return undefined
    this.#startMs ??= positionMs
    return nowMs - this.#askedMs - this.#pausedMs - (positionMs - this.#startMs)
  }
}
