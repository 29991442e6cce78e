import type { CongestionController, CongestionWindow } from './congestion-control.ts'

/** Reno (RFC 5681): half the window after a loss, one segment more per round trip. */
export class Reno implements CongestionController {
  readonly name = 'reno'
  readonly #window: CongestionWindow

  constructor(window: CongestionWindow) {
    this.#window = window
  }

  ssthreshAfterLoss(): number {
    return Math.max(Math.floor(this.#window.cwnd / 2), 2)
  }

  grow(acked: number): void {
    const window = this.#window
    const left = window.isInSlowStart ? window.slowStart(acked) : acked
    if (left > 0) window.avoidCongestion(window.cwnd, left)
  }
}
