/** One log of events with a cursor: each event has the sequence number after that of the one before.
 *  Bounded: the oldest go, and who asks for them is told so. */
export class EventLog<Event> {
  readonly #capacity: number
  readonly #beforeFirst: number
  readonly #kept: Event[] = [] // a ring
  readonly #listeners = new Set<(sequence: number, event: Event) => void>()
  #lastSequence: number

  /** `beforeFirst`: the first event has the number after it. */
  constructor(capacity: number, beforeFirst = 0) {
    this.#capacity = capacity
    this.#beforeFirst = beforeFirst
    this.#lastSequence = beforeFirst
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  /** The oldest cursor that has lost nothing. */
  get oldestCursor(): number {
    return Math.max(this.#beforeFirst, this.#lastSequence - this.#capacity)
  }

  append(event: Event): void {
    this.#lastSequence += 1
    this.#kept[this.#placeOf(this.#lastSequence)] = event
    for (const listener of this.#listeners) listener(this.#lastSequence, event)
  }

  /** Undefined when it is no longer kept, or not there yet. */
  at(sequence: number): Event | undefined {
    if (sequence <= this.oldestCursor || sequence > this.#lastSequence) return undefined
    return this.#kept[this.#placeOf(sequence)]
  }

  /** The events after `sequence`; undefined when some of them are no longer kept, or none has that number yet. */
  since(sequence: number): readonly { readonly sequence: number; readonly event: Event }[] | undefined {
    if (sequence > this.#lastSequence || sequence < this.oldestCursor) return undefined
    return Array.from({ length: this.#lastSequence - sequence }, (_, index) => {
      const at = sequence + index + 1
      return { sequence: at, event: this.#kept[this.#placeOf(at)] as Event }
    })
  }

  /** Calls back for each event from now on, until the function that is returned is called. */
  subscribe(listener: (sequence: number, event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #placeOf(sequence: number): number {
    return (sequence - this.#beforeFirst - 1) % this.#capacity
  }
}
