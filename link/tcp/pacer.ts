import type { EventQueue } from '../event-queue.ts'
import { LazyTimer } from './kernel-timer.ts'

const UNPACED_SEGMENTS = 10 // the first window leaves at once (tcp_update_skb_after_send)

/** Spreads segments over time at a rate: Linux's internal pacing. A late one is made up for by half a gap at most. */
export class Pacer {
  readonly #timer: LazyTimer
  #nextMs = 0 // when the next segment may leave
  #segments = 0

  constructor(alarms: EventQueue, mayGoOn: (nowMs: number) => void) {
    this.#timer = new LazyTimer(alarms, mayGoOn)
  }

  /** True when the next segment has to wait; then `mayGoOn` is told. */
  mustWait(nowMs: number): boolean {
    if (this.#nextMs <= nowMs) return false
    if (this.#timer.dueMs === Infinity) this.#timer.set(this.#nextMs)
    return true
  }

  noteSent(payloadBytes: number, bytesPerMs: number, nowMs: number): void {
    const creditMs = Math.max(0, nowMs - this.#nextMs)
    this.#nextMs = Math.max(this.#nextMs, nowMs)
    this.#segments += 1
    if (this.#segments <= UNPACED_SEGMENTS) return
    const gapMs = payloadBytes / bytesPerMs
    this.#nextMs += gapMs - Math.min(gapMs / 2, creditMs)
  }

  /** How long until the next segment may leave. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#nextMs - nowMs)
  }

  close(): void {
    this.#timer.close()
  }
}
