import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'

const MOST_EVENTS = 1000 // a listener gets no more at once

/** Collects what one side sees, so that its listeners are called some ten times a second and not for each packet. */
export class EventBatch {
  readonly #side: ViewerSide
  readonly #hand: (events: readonly RunEvent[]) => void
  #events: RunEvent[] = []

  constructor(side: ViewerSide, hand: (events: readonly RunEvent[]) => void) {
    this.#side = side
    this.#hand = hand
  }

  add(event: ViewerEvent): void {
    this.#events.push({ ...event, side: this.#side })
    if (this.#events.length >= MOST_EVENTS) this.flush()
  }

  flush(): void {
    if (this.#events.length === 0) return
    const events = this.#events
    this.#events = []
    this.#hand(events)
  }
}
