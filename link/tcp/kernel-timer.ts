import type { Alarm, EventQueue } from '../event-queue.ts'

/** Linux's default tick: HZ = 250 (kernel/Kconfig.hz). TCP's timers count in ticks. */
export const JIFFY_MS = 4

const LEVEL_SPAN_JIFFIES = 63 // of the finest level of the wheel; each coarser one spans and rounds eight times more

/** Number of the tick that a moment lies in; link time 0 begins one. */
export function jiffiesAt(nowMs: number): number {
  return Math.floor(nowMs / JIFFY_MS)
}

/** How long ago the kernel thinks that something was, which notes moments in ticks. */
export function elapsedMs(sinceMs: number, nowMs: number): number {
  return (jiffiesAt(nowMs) - jiffiesAt(sinceMs)) * JIFFY_MS
}

/** A duration as the kernel keeps it: rounded up to ticks (usecs_to_jiffies). */
export function wholeJiffiesMs(durationMs: number): number {
  return Math.ceil(durationMs / JIFFY_MS) * JIFFY_MS
}

/** When a kernel timer that is set now for `delayMs` rings: the delay rounded up to ticks, and then to the next slot of
 *  the timer wheel, which never rings early (kernel/time/timer.c, calc_index). So it is up to two ticks late. */
export function kernelTimerMs(nowMs: number, delayMs: number): number {
  const delayJiffies = Math.ceil(delayMs / JIFFY_MS)
  const expiryJiffies = jiffiesAt(nowMs) + delayJiffies
  if (delayJiffies < LEVEL_SPAN_JIFFIES) return (expiryJiffies + 1) * JIFFY_MS
  let slotJiffies = 8
  while (delayJiffies >= LEVEL_SPAN_JIFFIES * slotJiffies) slotJiffies *= 8
  return (Math.floor(expiryJiffies / slotJiffies) + 1) * slotJiffies * JIFFY_MS
}

/** A timer that is moved far more often than it rings: moving it later costs nothing, since its alarm looks again. */
export class LazyTimer {
  readonly #alarms: EventQueue
  readonly #alarm: Alarm
  readonly #ring: (atMs: number) => void
  dueMs = Infinity

  constructor(alarms: EventQueue, ring: (atMs: number) => void) {
    this.#alarms = alarms
    this.#ring = ring
    this.#alarm = alarms.newAlarm((atMs) => this.#look(atMs))
  }

  set(dueMs: number): void {
    this.dueMs = dueMs
    if (dueMs < this.#alarm.dueMs) this.#alarms.set(this.#alarm, dueMs)
  }

  stop(): void {
    this.dueMs = Infinity
  }

  close(): void {
    this.dueMs = Infinity
    this.#alarms.cancel(this.#alarm)
  }

  #look(atMs: number): void {
    if (this.dueMs === Infinity) return
    if (this.dueMs > atMs) return this.#alarms.set(this.#alarm, this.dueMs)
    this.dueMs = Infinity
    this.#ring(atMs)
  }
}
