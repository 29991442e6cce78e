import { RunClock } from './run-clock.ts'
import type { RunEvent } from './record.ts'

/** The one axis of a run's moments: civil time where the tellers' clocks were told, else their own time, which in virtual
 *  time is the same for all. */
export class RunAxis {
  readonly #clock = new RunClock()

  /** Every event in its order; gives its place. */
  place(event: RunEvent): number {
    this.#clock.add(event)
    return this.#clock.unixMsOf(event) ?? event.atMs
  }
}
