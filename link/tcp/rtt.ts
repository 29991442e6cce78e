import { wholeJiffiesMs } from './kernel-timer.ts'
import { WindowedMax } from './windowed-max.ts'

const RTO_MIN_MS = 200 // Linux: TCP_RTO_MIN; RFC 6298 would have 1 s
const RTO_MAX_MS = 120_000 // Linux: TCP_RTO_MAX
const MIN_RTT_WINDOW_MS = 300_000 // Linux: tcp_min_rtt_wlen
const INITIAL_RTO_MS = 1000 // RFC 6298 section 2.1

/** Smoothed round-trip time and retransmission timeout: RFC 6298 with what Linux makes of it (tcp_rtt_estimator):
 *  the variance counts as at least 200 ms, is the largest of the last window, and grows slowly when the RTT falls. */
export class RttEstimator {
  srttMs = 0 // 0: nothing measured yet
  rtoMs = INITIAL_RTO_MS
  readonly #minRtt = new WindowedMax(MIN_RTT_WINDOW_MS)
  #deviationMs = 0 // mean deviation, four times
  #windowDeviationMs = 0 // its largest in this window
  #variationMs = 0 // RFC 6298's 4 × RTTVAR
  #windowEnd = 0 // segment with which the next window begins

  /** `una` and `nxt`: the oldest unacknowledged and the next segment, which tell where a window ends. */
  add(rttMs: number, una: number, nxt: number): void {
    if (this.srttMs === 0) this.#begin(rttMs, nxt)
    else this.#update(rttMs, una, nxt)
    this.rtoMs = Math.min(wholeJiffiesMs(this.srttMs + this.#variationMs), RTO_MAX_MS)
  }

  backOff(): void {
    this.rtoMs = Math.min(2 * this.rtoMs, RTO_MAX_MS)
  }

  /** The least of the last five minutes; Infinity: none yet. */
  get minRttMs(): number {
    return -this.#minRtt.highest
  }

  addForMin(rttMs: number, nowMs: number): void {
    this.#minRtt.add(-rttMs, nowMs)
  }

  /** Probe and reordering timers have their own floor on top (tcp_schedule_loss_probe). */
  get rtoMinMs(): number {
    return RTO_MIN_MS
  }

  #begin(rttMs: number, nxt: number): void {
    this.srttMs = rttMs
    this.#deviationMs = 2 * rttMs
    this.#variationMs = Math.max(this.#deviationMs, RTO_MIN_MS)
    this.#windowDeviationMs = this.#variationMs
    this.#windowEnd = nxt
  }

  #update(rttMs: number, una: number, nxt: number): void {
    const errorMs = rttMs - this.srttMs
    this.srttMs += errorMs / 8
    const change = Math.abs(errorMs) - this.#deviationMs / 4
    this.#deviationMs += errorMs < 0 && change > 0 ? change / 8 : change
    this.#windowDeviationMs = Math.max(this.#windowDeviationMs, this.#deviationMs)
    this.#variationMs = Math.max(this.#variationMs, this.#windowDeviationMs)
    if (una > this.#windowEnd) this.#endWindow(nxt)
  }

  #endWindow(nxt: number): void {
    const fallMs = this.#variationMs - this.#windowDeviationMs
    if (fallMs > 0) this.#variationMs -= fallMs / 4
    this.#windowEnd = nxt
    this.#windowDeviationMs = RTO_MIN_MS
  }
}
