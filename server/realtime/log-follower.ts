import type { TextLog } from './text-log.ts'

/** Hands on the events of a log in order, to somebody who may say "no more for now". What waits is the log itself, so a slow
 *  reader costs a number; what he waits for too long is gone, and the sequence numbers show it. */
export class LogFollower {
  readonly #log: TextLog
  readonly #take: (text: string, sequence: number) => boolean
  readonly #unsubscribe: () => void
  #cursor: number
  #isFull = false
  #isClosed = false

  /** `take` takes in any case; false: no more until `resume`. Begins with the event after `cursor`, at once. */
  constructor(log: TextLog, cursor: number, take: (text: string, sequence: number) => boolean) {
    this.#log = log
    this.#cursor = cursor
    this.#take = take
    this.#unsubscribe = log.subscribe(() => this.#pump())
    this.#pump()
  }

  resume(): void {
    this.#isFull = false
    this.#pump()
  }

  close(): void {
    this.#isClosed = true
    this.#unsubscribe()
  }

  #pump(): void {
    while (!this.#isFull && !this.#isClosed && this.#cursor < this.#log.lastSequence) {
      this.#cursor = Math.max(this.#cursor, this.#log.oldestCursor) + 1
      const text = this.#log.at(this.#cursor)
      if (text !== undefined) this.#isFull = !this.#take(text, this.#cursor)
    }
  }
}
