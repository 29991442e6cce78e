import { Newest } from '../stream/newest.ts'
import type { ViewerEvent } from '../stream/record.ts'

const KEPT_DATES = 2000
const TICKS_PER_MS = 90

type Dated = { readonly startMs: number; readonly startUnixMs: number }

/** When what a live list holds was captured, as its EXT-X-PROGRAM-DATE-TIME tells. */
export class CaptureDates {
  readonly #dated = new Newest<Dated>(KEPT_DATES)

  /** What begins there was captured then. In their order. */
  note(startSeconds: number, startUnixMs: number | undefined): void {
    if (startUnixMs !== undefined) this.#dated.push({ startMs: startSeconds * 1000, startUnixMs }) // s to ms
  }

  /** How late a picture is that is shown now, by its viewer's clock and whatever clock dated it; `atMs`: performance.now(). */
  latencyOf(event: ViewerEvent): ViewerEvent | undefined {
    if (event.kind !== 'frame-shown' || event.ptsTicks === undefined) return undefined
    const shownMs = event.ptsTicks / TICKS_PER_MS
    const dated = this.#dated.items.findLast(({ startMs }) => startMs <= shownMs + 1) // ticks are rounded
    if (dated === undefined) return undefined
    const capturedUnixMs = dated.startUnixMs + shownMs - dated.startMs
    const { atMs } = event
    return { kind: 'live-latency', atMs, latencyMs: performance.timeOrigin + atMs - capturedUnixMs }
  }
}
