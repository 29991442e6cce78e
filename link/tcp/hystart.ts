import type { CongestionWindow } from './congestion-control.ts'
import type { Scoreboard } from './scoreboard.ts'

// Linux, net/ipv4/tcp_cubic.c
const LOW_WINDOW = 16 // hystart_low_window
const ACK_TRAIN_GAP_MS = 2 // hystart_ack_delta_us
const ACK_AGGREGATION_MS = 1 // hystart_ack_delay, below 2 Gbit/s
const MIN_SAMPLES = 8 // HYSTART_MIN_SAMPLES
const [DELAY_MIN_MS, DELAY_MAX_MS] = [4, 16] // HYSTART_DELAY_MIN, _MAX

/** Leaves slow start before it overflows the queue: when a train of ACKs has lasted half an RTT, or when the least RTT
 *  of a round has risen by an eighth. Ha and Rhee, "Hybrid Slow Start" (2008), as in Linux. */
export class HyStart {
  readonly #window: CongestionWindow
  readonly #board: Scoreboard
  #found = false
  #roundEnd = 0
  #roundStartMs = 0
  #lastAckMs = 0
  #roundMinRttMs = Infinity
  #samples = 0

  constructor(window: CongestionWindow, board: Scoreboard) {
    this.#window = window
    this.#board = board
  }

  /** Slow start begins anew after a timeout. */
  restart(nowMs: number): void {
    this.#found = false
    this.#beginRound(nowMs)
  }

  add(rttMs: number, minRttMs: number, nowMs: number): void {
    if (this.#found || !this.#window.isInSlowStart) return
    if (this.#board.una > this.#roundEnd) this.#beginRound(nowMs)
    if (this.#window.cwnd < LOW_WINDOW) return
    if (this.#isAckTrainLong(minRttMs, nowMs) || this.#hasDelayRisen(rttMs, minRttMs)) {
      this.#found = true
      this.#window.ssthresh = this.#window.cwnd
    }
  }

  #beginRound(nowMs: number): void {
    this.#roundStartMs = nowMs
    this.#lastAckMs = nowMs
    this.#roundEnd = this.#board.nxt
    this.#roundMinRttMs = Infinity
    this.#samples = 0
  }

  #isAckTrainLong(minRttMs: number, nowMs: number): boolean {
    if (nowMs - this.#lastAckMs > ACK_TRAIN_GAP_MS) return false
    this.#lastAckMs = nowMs
    return nowMs - this.#roundStartMs > (minRttMs + ACK_AGGREGATION_MS) / 2
  }

  #hasDelayRisen(rttMs: number, minRttMs: number): boolean {
    this.#roundMinRttMs = Math.min(this.#roundMinRttMs, rttMs)
    if (this.#samples < MIN_SAMPLES) {
      this.#samples += 1
      return false
    }
    const riseMs = Math.min(Math.max(minRttMs / 8, DELAY_MIN_MS), DELAY_MAX_MS)
    return this.#roundMinRttMs > minRttMs + riseMs
  }
}
