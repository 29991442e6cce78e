import type { RunEvent } from '../stream/record.ts'

export type RunListener = (events: readonly RunEvent[]) => void

/** What both viewers of this page and their link tell, as it happens, some ten times a second: charts, counters and the
 *  record listen. Nothing is kept here. */
export class RunLog {
  readonly #listeners = new Set<RunListener>()

  tell(events: readonly RunEvent[]): void {
    if (events.length > 0) for (const listener of this.#listeners) listener(events)
  }

  /** Gives what ends it. */
  listen(listener: RunListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
