import { EventQueue, type Alarm } from '../link/event-queue.ts'

const TICK_MS = 0.001 // link time counts whole microseconds

/** One timer of the process for all links: what is due within a millisecond is rung for together, and nothing rings when
 *  nothing is due. An alarm rings at its moment or a little later, never earlier. */
export class LinkTimer {
  readonly #nowMs: () => number
  readonly #onLag: (lagMs: number) => void
  readonly #alarms = new EventQueue()
  #timer: NodeJS.Timeout | undefined
  #timerDueMs = Infinity
  #rungUntilMs = -Infinity

  /** `onLag` is told at each ring how late the first of its alarms was. */
  constructor(nowMs: () => number, onLag: (lagMs: number) => void = () => {}) {
    this.#nowMs = nowMs
    this.#onLag = onLag
  }

  newAlarm(ring: (dueMs: number) => void): Alarm {
    return this.#alarms.newAlarm(ring)
  }

  /** What is due before the newest ring waits for the next one: nobody holds up the others by being due again and again. */
  set(alarm: Alarm, dueMs: number): void {
    if (dueMs === Infinity) return this.#alarms.cancel(alarm)
    this.#alarms.set(alarm, Math.max(dueMs, this.#rungUntilMs + TICK_MS))
    this.#ringBy(alarm.dueMs)
  }

  #ringBy(dueMs: number): void {
    if (dueMs >= this.#timerDueMs) return // it rings before, and looks again
    clearTimeout(this.#timer)
    this.#timerDueMs = dueMs
    // Node counts whole milliseconds, and may wake a little before the moment: then it is set once more.
    this.#timer = setTimeout(this.#ring, Math.ceil(dueMs - this.#nowMs())).unref()
  }

  readonly #ring = (): void => {
    const nowMs = this.#nowMs()
    const firstDueMs = this.#alarms.nextEventMs()
    if (firstDueMs <= nowMs) this.#onLag(nowMs - firstDueMs)
    this.#rungUntilMs = nowMs
    this.#timerDueMs = -Infinity // what is set meanwhile is looked at below
    while (this.#alarms.nextEventMs() <= nowMs) this.#alarms.ringNext()
    this.#timerDueMs = Infinity
    this.#ringBy(this.#alarms.nextEventMs())
  }
}
