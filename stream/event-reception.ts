import type { ReceptionFigures } from '../protocol/realtime-api.ts'
import { DelayHistogram } from './delay-histogram.ts'

const MOST_MISSING = 100_000 // remembered; of more, what comes late counts as doubled

/** What of a numbered stream has come, in bounded memory: each event tells its number. */
export class EventReception {
  #beginsWithFirst: boolean
  readonly #missing = new Set<number>() // may still come
  readonly #delays = new DelayHistogram()
  #newestSequence = 0
  #received = 0
  #missed = 0
  #duplicated = 0
  #reordered = 0
  #longestMs = 0
  #sumMs = 0

  /** Numbers begin at 1; or, for who joins later, with the first that comes. */
  constructor(beginning: 'at-1' | 'with-first' = 'at-1') {
    this.#beginsWithFirst = beginning === 'with-first'
  }

  /** Both moments by the same clock. Whether it is new. */
  add(sequence: number, happenedMs: number, receivedMs: number): boolean {
    if (this.#beginsWithFirst) this.#newestSequence = sequence - 1
    this.#beginsWithFirst = false
    if (sequence > this.#newestSequence) this.#noteGap(sequence)
    else if (this.#missing.delete(sequence)) {
      this.#missed -= 1
      this.#reordered += 1
    } else {
      this.#duplicated += 1
      return false
    }
    this.#received += 1
    const delayMs = Math.max(0, receivedMs - happenedMs) // two clocks agree to a fraction of a millisecond only
    this.#delays.add(delayMs)
    this.#sumMs += delayMs
    this.#longestMs = Math.max(this.#longestMs, delayMs)
    return true
  }

  get newestSequence(): number {
    return this.#newestSequence
  }

  read(): ReceptionFigures {
    return {
      received: this.#received,
      newestSequence: this.#newestSequence,
      missed: this.#missed,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      sumMs: this.#sumMs,
      ...(this.#received === 0 ? {} : { latencyMs: this.#latencyMs() }),
    }
  }

  #latencyMs(): NonNullable<ReceptionFigures['latencyMs']> {
    return { p50: this.#delays.quantileMs(0.5), p95: this.#delays.quantileMs(0.95), max: this.#longestMs }
  }

  #noteGap(sequence: number): void {
    this.#missed += sequence - this.#newestSequence - 1
    const firstKept = Math.max(this.#newestSequence + 1, sequence - MOST_MISSING)
    for (let missing = firstKept; missing < sequence && this.#missing.size < MOST_MISSING; missing += 1) {
      this.#missing.add(missing)
    }
    this.#newestSequence = sequence
  }
}
