/** One log of events with a cursor: each event has the sequence number after that of the one before, from 1.
 *  Bounded: the oldest go, and who asks for them is told so. */
export class EventLog<Event> {
  readonly #capacity: number
  readonly #kept: Event[] = [] // a ring: the event of sequence number n is at (n - 1) % capacity
  readonly #listeners = new Set<(sequence: number, event: Event) => void>()
  #lastSequence = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  append(event: Event): void {
    this.#kept[this.#lastSequence % this.#capacity] = event
    this.#lastSequence += 1
    for (const listener of this.#listeners) listener(this.#lastSequence, event)
  }

  /** The events after `sequence`; undefined when some of them are no longer kept, or none has that number yet. */
  since(sequence: number): readonly { readonly sequence: number; readonly event: Event }[] | undefined {
    const missed = this.#lastSequence - sequence
    if (missed < 0 || missed > this.#capacity) return undefined
    return Array.from({ length: missed }, (_, index) => {
      const at = sequence + index + 1
      return { sequence: at, event: this.#kept[(at - 1) % this.#capacity] as Event }
    })
  }

  /** Calls back for each event from now on, until the function that is returned is called. */
  subscribe(listener: (sequence: number, event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
