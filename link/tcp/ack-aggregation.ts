const WINDOW_ROUNDS = 5 // bbr_extra_acked_win_rtts
const MOST_MS = 100 // bbr_extra_acked_max_us
const EPOCH_SEGMENTS = 1 << 20 // bbr_ack_epoch_acked_reset_thresh

/** How many segments arrive at once beyond what the bandwidth explains, since ACKs come in bunches: BBR's window has to
 *  allow for them (bbr_update_ack_aggregation). */
export class AckAggregation {
  #epochMs = 0
  #epochAcked = 0
  #older = 0 // the most of the five to ten rounds before
  #newer = 0
  #rounds = 0

  /** Sending begins again. */
  restart(nowMs: number): void {
    this.#epochMs = nowMs
    this.#epochAcked = 0
  }

  add(acked: number, segmentsPerMs: number, cwnd: number, isRoundStart: boolean, nowMs: number): void {
    if (isRoundStart) this.#countRound()
    let expected = segmentsPerMs * (nowMs - this.#epochMs)
    if (this.#epochAcked <= expected || this.#epochAcked + acked >= EPOCH_SEGMENTS) {
      this.restart(nowMs)
      expected = 0
    }
    this.#epochAcked += acked
    this.#newer = Math.max(this.#newer, Math.min(this.#epochAcked - expected, cwnd))
  }

  extraSegments(segmentsPerMs: number): number {
    return Math.min(Math.max(this.#older, this.#newer), segmentsPerMs * MOST_MS)
  }

  #countRound(): void {
    this.#rounds += 1
    if (this.#rounds < WINDOW_ROUNDS) return
    this.#rounds = 0
    this.#older = this.#newer
    this.#newer = 0
  }
}
