import type { Fragment } from 'hls.js'

/** A segment as it was fetched; moments on the page's clock (performance.now). */
export type FetchedSegment = {
  readonly path: string
  readonly sizeBytes: number
  readonly askedMs: number
  readonly loadedMs: number
}

const KEPT_SEGMENTS = 1000

/** The newest segments that hls.js fetched. */
export class SegmentList {
  readonly #segments: FetchedSegment[] = []

  add({ url, stats: { loaded, loading } }: Fragment): void {
    const path = new URL(url, location.href).pathname
    this.#segments.push({ path, sizeBytes: loaded, askedMs: loading.start, loadedMs: loading.end })
    if (this.#segments.length > KEPT_SEGMENTS) this.#segments.shift()
  }

  snapshot(): readonly FetchedSegment[] {
    return [...this.#segments]
  }
}
