const MOST_BEHIND = 100 // events made up for at once, after the process was held up

/** Calls `emit` so many times a second, evenly: what a late timer missed is made up for. */
export class EventGenerator {
  readonly #emit: () => void
  #timer: NodeJS.Timeout | undefined
  #intervalMs = Infinity
  #dueMs = 0

  constructor(emit: () => void) {
    this.#emit = emit
  }

  /** 0 is silence. */
  setRate(eventsPerSecond: number): void {
    clearTimeout(this.#timer)
    this.#intervalMs = 1000 / eventsPerSecond // s to ms
    if (eventsPerSecond === 0) return
    this.#dueMs = performance.now() + this.#intervalMs
    this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, this.#dueMs - performance.now()))
  }

  #ring(): void {
    const nowMs = performance.now()
    this.#dueMs = Math.max(this.#dueMs, nowMs - MOST_BEHIND * this.#intervalMs)
    while (this.#dueMs <= nowMs) {
      this.#dueMs += this.#intervalMs
      this.#emit()
    }
    this.#wait()
  }
}
