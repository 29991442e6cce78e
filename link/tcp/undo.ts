import type { CongestionWindow } from './congestion-control.ts'
import type { Scoreboard } from './scoreboard.ts'

/** Takes a reduction back when it proves to have been for nothing: by timestamps (Eifel, RFC 3522) or by duplicates that
 *  the receiver tells of (DSACK, RFC 3708). Linux: tcp_init_undo, tcp_may_undo, tcp_undo_cwnd_reduction. */
export class Undo {
  readonly #window: CongestionWindow
  readonly #board: Scoreboard
  readonly #ownsWindow: boolean
  #marker = -1 // oldest segment when the reduction began; -1: nothing to undo
  #retransmissions = -1 // not told of as duplicates; -1: none made yet
  #firstRetransmissionMs = -1
  #priorCwnd = 0
  #priorSsthresh = 0

  /** `ownsWindow`: the controller sets it, and only the episode ends (bbr_undo_cwnd). */
  constructor(window: CongestionWindow, board: Scoreboard, ownsWindow: boolean) {
    this.#window = window
    this.#ownsWindow = ownsWindow
    this.#board = board
  }

  get isArmed(): boolean {
    return this.#marker >= 0
  }

  /** Before the window is cut. */
  arm(): void {
    this.#priorCwnd = this.#window.cwnd
    this.#priorSsthresh = Math.max(this.#window.ssthresh, this.#window.cwnd * 0.75) // tcp_current_ssthresh
    this.#marker = this.#board.una
    this.#retransmissions = this.#board.retransmitted > 0 ? this.#board.retransmitted : -1
  }

  noteRetransmission(nowMs: number): void {
    if (this.#firstRetransmissionMs < 0) this.#firstRetransmissionMs = nowMs
    this.#retransmissions = Math.max(this.#retransmissions, 0) + 1
  }

  noteDuplicate(segment: number): void {
    if (this.#marker >= 0 && segment >= this.#marker && this.#retransmissions > 0) this.#retransmissions -= 1
  }

  noteNoRetransmissions(): void {
    this.#firstRetransmissionMs = -1
  }

  /** The ACK answers a packet sent before the first retransmission (RFC 3522 section 3.2). */
  isEarlier(echoMs: number): boolean {
    return this.#firstRetransmissionMs >= 0 && echoMs < Math.floor(this.#firstRetransmissionMs)
  }

  get areAllDuplicates(): boolean {
    return this.#marker >= 0 && this.#retransmissions === 0
  }

  isNeedless(echoMs: number): boolean {
    return this.#marker >= 0 && (this.#retransmissions === 0 || this.isEarlier(echoMs))
  }

  restoreWindow(): void {
    this.#marker = -1
    if (this.#ownsWindow) return
    this.#window.cwnd = Math.max(this.#window.cwnd, this.#priorCwnd)
    this.#window.ssthresh = Math.max(this.#window.ssthresh, Math.floor(this.#priorSsthresh))
  }
}
