import { TimerWheel } from './timer-wheel.ts'

/** The clocks and the alarm that a playout works by: the process's own, or a virtual one in tests. */
export type SendTimer = {
  /** Monotonic. */
  nowMs(): number
  /** Civil time, for NTP timestamps. */
  unixMs(): number
  /** Calls `wake` at `dueMs` or a little later; gives what calls it off. */
  wakeAt(dueMs: number, wake: () => void): () => void
}

/** One timer of the process for all playouts: what is due within two milliseconds is rung for together. */
export class SharedSendTimer implements SendTimer {
  readonly #wheel = new TimerWheel(performance.now())
  #timer: NodeJS.Timeout | undefined
  #timerDueMs = Infinity

  nowMs(): number {
    return performance.now()
  }

  unixMs(): number {
    return Date.now()
  }

  wakeAt(dueMs: number, wake: () => void): () => void {
    const alarm = this.#wheel.set(dueMs, wake)
    if (dueMs < this.#timerDueMs) this.#setTimer(this.#wheel.nextMs)
    return () => this.#wheel.callOff(alarm)
  }

  readonly #ring = (): void => {
    this.#timerDueMs = -Infinity // what is set meanwhile is looked at below
    this.#wheel.ringUntil(this.nowMs())
    this.#timer = undefined
    this.#setTimer(this.#wheel.nextMs)
  }

  #setTimer(dueMs: number): void {
    clearTimeout(this.#timer)
    this.#timerDueMs = dueMs
    if (dueMs === Infinity) return
    // Node counts whole milliseconds; rounding up spares a wake-up just before the moment.
    this.#timer = setTimeout(this.#ring, Math.ceil(dueMs - this.nowMs()))
  }
}
