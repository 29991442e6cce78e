/** The clocks and the alarm that a playout works by: the process's own, or a virtual one in tests. */
export type SendTimer = {
  /** Monotonic. */
  nowMs(): number
  /** Civil time, for NTP timestamps. */
  unixMs(): number
  /** Calls `wake` at `dueMs` or a little later; gives what calls it off. */
  wakeAt(dueMs: number, wake: () => void): () => void
}

type Alarm = { readonly dueMs: number; readonly wake: () => void }

/** One timer of the process for all playouts. Each has one alarm, so the next is found by looking at all of them. */
export class SharedSendTimer implements SendTimer {
  readonly #alarms = new Set<Alarm>()
  #timer: NodeJS.Timeout | undefined
  #timerDueMs = Infinity
  #ringing = false

  nowMs(): number {
    return performance.now()
  }

  unixMs(): number {
    return Date.now()
  }

  wakeAt(dueMs: number, wake: () => void): () => void {
    const alarm = { dueMs, wake }
    this.#alarms.add(alarm)
    if (!this.#ringing && dueMs < this.#timerDueMs) this.#setTimer(dueMs)
    return () => void this.#alarms.delete(alarm)
  }

  #ring(): void {
    this.#ringing = true
    const nowMs = this.nowMs()
    for (const alarm of [...this.#alarms]) {
      // One that rings may call off another.
      if (alarm.dueMs <= nowMs && this.#alarms.delete(alarm)) alarm.wake()
    }
    this.#ringing = false
    let nextMs = Infinity
    for (const { dueMs } of this.#alarms) nextMs = Math.min(nextMs, dueMs)
    this.#setTimer(nextMs)
  }

  #setTimer(dueMs: number): void {
    clearTimeout(this.#timer)
    this.#timerDueMs = dueMs
    if (dueMs === Infinity) return
    // Node counts whole milliseconds; rounding up spares a wake-up just before the moment.
    this.#timer = setTimeout(() => this.#ring(), Math.ceil(dueMs - this.nowMs()))
  }
}
