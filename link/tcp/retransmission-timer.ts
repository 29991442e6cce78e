import type { EventQueue } from '../event-queue.ts'
import { kernelTimerMs, LazyTimer } from './kernel-timer.ts'

const TIMEOUT_MIN_MS = 2 // Linux: TCP_TIMEOUT_MIN_US, on top of RACK's and the probe's delays
const WINDOW_PROBE_MAX_MS = 120_000 // Linux: TCP_RTO_MAX

type Pending = 'none' | 'reordering' | 'lossProbe' | 'timeout' | 'windowProbe'
type Rings = { readonly [kind in Exclude<Pending, 'none'>]: (nowMs: number) => void }

/** A sender's one timer, which is the timer of one thing at a time, as in Linux (icsk_pending): RACK's look for losses,
 *  a tail loss probe, the retransmission timeout, or a window probe. */
export class RetransmissionTimer {
  readonly #timer: LazyTimer
  /** What was set last, also while and after it rings. */
  pending: Pending = 'none'
  #windowProbes = 0

  constructor(alarms: EventQueue, rings: Rings) {
    this.#timer = new LazyTimer(alarms, (nowMs) => {
      if (this.pending !== 'none') rings[this.pending](nowMs)
    })
  }

  get isSet(): boolean {
    return this.#timer.dueMs < Infinity
  }

  /** tcp_rack_mark_lost */
  setReordering(waitMs: number, nowMs: number): void {
    this.#set('reordering', waitMs + TIMEOUT_MIN_MS, nowMs)
  }

  /** RFC 8985 section 7.2, tcp_schedule_loss_probe: two round trips, and the longest delayed ACK if nothing else is out;
   *  never after the timeout. */
  setLossProbe(srttMs: number, outstanding: number, rtoMinMs: number, timeoutInMs: number, nowMs: number): void {
    const probeMs = 2 * srttMs + (outstanding === 1 ? rtoMinMs : TIMEOUT_MIN_MS)
    this.#set('lossProbe', timeoutInMs > 0 ? Math.min(probeMs, timeoutInMs) : probeMs, nowMs)
  }

  setTimeout(rtoMs: number, nowMs: number): void {
    this.#set('timeout', rtoMs, nowMs)
  }

  /** While a probe or a look for losses was pending, the timeout still counts from the oldest segment (tcp_rearm_rto). */
  resetTimeout(rtoMs: number, headSentMs: number, nowMs: number): void {
    const isElapsing = this.pending === 'reordering' || this.pending === 'lossProbe'
    this.setTimeout(isElapsing ? Math.max(headSentMs + rtoMs - nowMs, 0.001) : rtoMs, nowMs)
  }

  /** The peer has no room: asked again after one timeout, then two, four (RFC 9293 section 3.8.6.1). */
  setWindowProbe(rtoMs: number, nowMs: number): void {
    let delayMs = rtoMs
    for (let probe = 0; probe < this.#windowProbes && delayMs < WINDOW_PROBE_MAX_MS; probe += 1) delayMs *= 2
    this.#windowProbes += 1
    this.#set('windowProbe', Math.min(delayMs, WINDOW_PROBE_MAX_MS), nowMs)
  }

  noteRoom(): void {
    this.#windowProbes = 0
  }

  stop(): void {
    this.pending = 'none'
    this.#timer.stop()
  }

  close(): void {
    this.pending = 'none'
    this.#timer.close()
  }

  #set(kind: Pending, delayMs: number, nowMs: number): void {
    this.pending = kind
    this.#timer.set(kernelTimerMs(nowMs, delayMs))
  }
}
