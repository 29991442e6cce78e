import { isOfViewer, viewerOf } from './event-kinds.ts'
import type { RunEvent, ViewerSide } from './record.ts'

type Teller = ViewerSide | 'link'

/** Puts the events of a run on one axis, civil time by the server's clock: a teller's clock runs as that one does, from
 *  the place that its newest `clock` event told. */
export class RunClock {
  readonly #offsetsMs = new Map<Teller, number>()

  /** Every event of the run in its order; only `clock` events say something. */
  add(event: RunEvent): void {
    if (event.kind === 'clock') this.#offsetsMs.set(event.of, event.unixMs - event.atMs)
  }

  /** Milliseconds since 1970; undefined while the teller's clock has not been told. */
  unixMsOf(event: RunEvent): number | undefined {
    if (event.kind === 'clock') return event.unixMs
    return this.unixMs(tellerOf(event), event.atMs)
  }

  unixMs(of: Teller, atMs: number): number | undefined {
    const offsetMs = this.#offsetsMs.get(of)
    return offsetMs === undefined ? undefined : atMs + offsetMs
  }
}

/** On whose clock an event is. */
export function tellerOf(event: Exclude<RunEvent, { readonly kind: 'clock' }>): Teller {
  return isOfViewer(event) ? viewerOf(event) : 'link'
}
