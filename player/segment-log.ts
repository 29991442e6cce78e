import type { Fragment } from 'hls.js'
import type { ViewerEvent } from '../stream/record.ts'
import { wallMs } from './wall-clock.ts'

/** A segment as it was fetched; moments on the page's clock (performance.now). */
export type FetchedSegment = {
  readonly path: string
  readonly sizeBytes: number
  readonly askedMs: number
  readonly loadedMs: number
}

const KEPT_SEGMENTS = 1000

/** The segments that hls.js asks for, as events of the run, and the newest of those that came. */
export class SegmentLog {
  readonly #tell: (event: ViewerEvent) => void
  readonly #variantOf: (segment: Fragment) => string | undefined
  readonly #asked = new Set<Fragment>()
  readonly #received: FetchedSegment[] = []

  constructor(tell: (event: ViewerEvent) => void, variantOf: (segment: Fragment) => string | undefined) {
    this.#tell = tell
    this.#variantOf = variantOf
  }

  asked(segment: Fragment): void {
    this.sweep()
    this.#asked.add(segment)
    this.#tell({ kind: 'segment-asked', atMs: wallMs(), ...this.#fileOf(segment) })
  }

  received(segment: Fragment): void {
    if (!this.#asked.delete(segment)) return
    const { loaded, loading } = segment.stats
    const path = new URL(segment.url, location.href).pathname
    this.#received.push({ path, sizeBytes: loaded, askedMs: loading.start, loadedMs: loading.end })
    if (this.#received.length > KEPT_SEGMENTS) this.#received.shift()
    this.#tell({
      kind: 'segment-received',
      atMs: performance.timeOrigin + loading.end,
      ...this.#fileOf(segment),
      ...transferOf(segment),
    })
  }

  cancelled(segment: Fragment): void {
    if (!this.#asked.delete(segment)) return
    this.#tell({ kind: 'segment-cancelled', atMs: wallMs(), ...this.#fileOf(segment), ...transferOf(segment) })
  }

  /** What was given up for a seek, hls.js tells by a mark on the segment only. */
  sweep(): void {
    for (const segment of this.#asked) if (segment.stats.aborted) this.cancelled(segment)
  }

  snapshot(): readonly FetchedSegment[] {
    return [...this.#received]
  }

  #fileOf(segment: Fragment) {
    const variant = this.#variantOf(segment)
    return { uri: segment.relurl ?? segment.url, ...(variant === undefined ? {} : { variant }) }
  }
}

/** hls.js writes 0 for a moment that has not been. */
function transferOf({ stats: { loaded, loading } }: Fragment) {
  const firstByte = loading.first > 0 ? { firstByteMs: performance.timeOrigin + loading.first } : {}
  return { sizeBytes: loaded, askedMs: performance.timeOrigin + loading.start, ...firstByte }
}
