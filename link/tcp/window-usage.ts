import type { CongestionWindow } from './congestion-control.ts'
import type { Scoreboard } from './scoreboard.ts'

/** Whether the sender uses its window, so that one which is not used does not grow, and shrinks after a while:
 *  RFC 7661's concern, as Linux does it (tcp_cwnd_validate, tcp_is_cwnd_limited, tcp_cwnd_application_limited). */
export class WindowUsage {
  readonly #window: CongestionWindow
  readonly #board: Scoreboard
  readonly #initialWindow: number
  #isLimited = false
  #mostOutstanding = 0
  #roundEnd = 0
  #mostUsed = 0 // since it was last full
  #fullMs = 0

  constructor(window: CongestionWindow, board: Scoreboard, initialWindow: number) {
    this.#window = window
    this.#board = board
    this.#initialWindow = initialWindow
  }

  /** In slow start the window may be twice what is sent (RFC 5681 section 3.1). */
  get mayGrow(): boolean {
    return this.#isLimited || (this.#window.isInSlowStart && this.#window.cwnd < 2 * this.#mostOutstanding)
  }

  /** The window is as full as it will be, or was set anew. */
  noteFull(nowMs: number): void {
    this.#mostUsed = 0
    this.#fullMs = nowMs
  }

  /** After sending. `mayShrink`: nothing is lost, and the application has not more to send. */
  update(isLimited: boolean, mayShrink: boolean, rtoMs: number, nowMs: number): void {
    const { outstanding, una, nxt } = this.#board
    const isNewMost = !this.#isLimited && outstanding > this.#mostOutstanding
    if (una >= this.#roundEnd || isLimited || isNewMost) {
      this.#isLimited = isLimited
      this.#mostOutstanding = outstanding
      this.#roundEnd = nxt
    }
    if (this.mayGrow) return this.noteFull(nowMs)
    this.#mostUsed = Math.max(this.#mostUsed, outstanding)
    if (nowMs - this.#fullMs >= rtoMs) this.#shrink(mayShrink, nowMs)
  }

  /** Nothing was sent for so long: half the window for each timeout, yet not below the initial window (RFC 5681 section
   *  4.1, tcp_cwnd_restart). */
  restart(silentMs: number, rtoMs: number, nowMs: number): void {
    if (silentMs <= rtoMs) return
    const window = this.#window
    window.ssthresh = Math.max(window.ssthresh, Math.floor(window.cwnd * 0.75))
    const leastCwnd = Math.min(this.#initialWindow, window.cwnd)
    for (let leftMs = silentMs - rtoMs; leftMs > 0 && window.cwnd > leastCwnd; leftMs -= rtoMs) {
      window.cwnd = Math.floor(window.cwnd / 2)
    }
    window.cwnd = Math.max(window.cwnd, leastCwnd)
    this.noteFull(nowMs)
  }

  /** Not full for a whole timeout: half way to what was used (RFC 2861 section 3.2). */
  #shrink(mayShrink: boolean, nowMs: number): void {
    const window = this.#window
    const used = Math.max(this.#mostUsed, this.#initialWindow)
    if (mayShrink && used < window.cwnd) {
      window.ssthresh = Math.max(window.ssthresh, Math.floor(window.cwnd * 0.75))
      window.cwnd = Math.floor((window.cwnd + used) / 2)
    }
    this.noteFull(nowMs)
  }
}
