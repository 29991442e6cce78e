import { setImmediate } from 'node:timers/promises'
import type { SendTimer } from '../send-timer.ts'

type Alarm = { readonly dueMs: number; readonly wake: () => void }

/** Time that a test moves on; alarms ring at their moments, and what they wait for in between is let through. */
export class VirtualTimer implements SendTimer {
  readonly #alarms = new Set<Alarm>()
  #nowMs = 1_000_000

  nowMs(): number {
    return this.#nowMs
  }

  unixMs(): number {
    return 1_700_000_000_000 + this.#nowMs
  }

  wakeAt(dueMs: number, wake: () => void): () => void {
    const alarm = { dueMs, wake }
    this.#alarms.add(alarm)
    return () => void this.#alarms.delete(alarm)
  }

  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      await setImmediate()
      const [next] = [...this.#alarms].sort((a, b) => a.dueMs - b.dueMs)
      if (next === undefined || next.dueMs > untilMs) break
      this.#alarms.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.wake()
    }
    this.#nowMs = untilMs
  }

  /** As a machine that slept: time has passed, and no alarm rings until the next `advance`. */
  suspend(byMs: number): void {
    this.#nowMs += byMs
  }
}
