import type { AckFacts } from './ack-facts.ts'
import type { CongestionController, CongestionWindow } from './congestion-control.ts'
import { ProportionalRateReduction } from './prr.ts'
import type { Rack, RackView } from './rack.ts'
import { DISORDER, LOSS, OPEN, RECOVERY, type RecoveryState } from './recovery-state.ts'
import type { RttEstimator } from './rtt.ts'
import type { Scoreboard } from './scoreboard.ts'
import { Undo } from './undo.ts'

export type LossRecoveryParts = {
  readonly board: Scoreboard
  readonly rtt: RttEstimator
  readonly window: CongestionWindow
  readonly rack: Rack
  readonly controller: CongestionController
  /** It sets its window itself, also during recovery (BBR). */
  readonly ownsWindow: boolean
}

/** What may be sent after an ACK: only new data is F-RTO's question (RFC 5682 section 3.1, step 2b). */
export type Permission = 'new-first' | 'lost-first'

/** The states of loss recovery and what each ACK and timeout does to them: fast recovery (RFC 6675) with RACK and PRR,
 *  F-RTO (RFC 5682), undo. Linux: tcp_fastretrans_alert, tcp_process_loss, tcp_enter_loss. */
export class LossRecovery implements RackView {
  state: RecoveryState = OPEN
  readonly rtt: RttEstimator
  readonly prr = new ProportionalRateReduction()
  readonly undo: Undo
  readonly #parts: LossRecoveryParts
  #recoveryPoint = 0 // one past the last segment sent when the state began (RFC 6675)
  #isProbingTimeout = false // F-RTO
  #timeoutsInRow = 0
  /** How long until another look for losses; 0: none. */
  reorderingWaitMs = 0

  constructor(parts: LossRecoveryParts) {
    this.#parts = parts
    this.rtt = parts.rtt
    this.undo = new Undo(parts.window, parts.board, parts.ownsWindow)
  }

  get isRecovering(): boolean {
    return this.state >= RECOVERY
  }

  isBeforeRecoveryPoint(segment: number): boolean {
    return segment < this.#recoveryPoint
  }

  get recoveryPoint(): number {
    return this.#recoveryPoint
  }

  onAck(facts: AckFacts, nowMs: number): Permission {
    this.reorderingWaitMs = 0
    if (facts.hasAdvanced) this.#timeoutsInRow = 0
    if (this.state === OPEN) {
      if (facts.newlySacked === 0 && !facts.isDuplicateTold) return 'lost-first' // the usual ACK
      this.undo.noteNoRetransmissions()
    } else if (this.state >= RECOVERY && this.#parts.board.una >= this.#recoveryPoint) {
      this.#leave(facts, nowMs)
    }
    if (this.state === RECOVERY) return this.#onAckInRecovery(facts, nowMs)
    if (this.state === LOSS) return this.#onAckAfterTimeout(facts, nowMs)
    if (this.undo.areAllDuplicates) this.#takeBack(nowMs)
    this.#detect(nowMs)
    this.#enterIfLost(nowMs)
    return 'lost-first'
  }

  /** RACK's timer has rung (tcp_rack_reo_timeout). True: something is lost. */
  onReorderingTimer(nowMs: number): boolean {
    const { board, rack, window, ownsWindow } = this.#parts
    const { inFlight } = board
    rack.detect(board, this, nowMs)
    if (board.inFlight === inFlight) return false
    if (this.state === RECOVERY) return true
    this.#enterRecovery(nowMs)
    if (!ownsWindow) window.cwnd = this.prr.cwnd(1, board.inFlight, window.ssthresh, false)
    return true
  }

  /** The retransmission timer has rung (RFC 6298 section 5.4 ff., RFC 5681 equation 4). */
  onTimeout(nowMs: number): void {
    const { board, window, rack, controller } = this.#parts
    const isNew = this.state < RECOVERY
    const isRepeated = this.#timeoutsInRow > 0
    rack.markTimedOut(board, nowMs)
    if (isNew || board.una >= this.#recoveryPoint || (this.state === LOSS && !isRepeated)) {
      this.undo.arm()
      window.ssthresh = controller.ssthreshAfterLoss()
    }
    window.cwnd = board.inFlight + 1
    window.credit = 0
    this.#enter(LOSS, nowMs)
    this.#isProbingTimeout = isNew || isRepeated
    this.#timeoutsInRow += 1
  }

  /** A loss probe has repaired a loss (RFC 8985 section 7.4.2): one reduction. */
  reduceOnce(nowMs: number): void {
    const { board, window, ownsWindow } = this.#parts
    this.#beginReduction()
    if (!ownsWindow) window.cwnd = window.ssthresh
    this.#enter(board.sacked > 0 || board.lost > 0 ? DISORDER : OPEN, nowMs)
  }

  /** F-RTO cannot go on: there is nothing new to send. */
  giveUpProbing(): void {
    this.#isProbingTimeout = false
  }

  /** All up to the recovery point has arrived. */
  #leave(facts: AckFacts, nowMs: number): void {
    const isOriginal = this.#isProbingTimeout && facts.hasOriginalArrived && this.undo.isArmed
    if (this.undo.isNeedless(facts.echoMs) || isOriginal) this.undo.restoreWindow()
    else if (this.state === RECOVERY) this.#endReduction()
    this.#parts.rack.noteRecoveryEnded()
    this.#isProbingTimeout = false
    this.#setState(OPEN, nowMs)
  }

  #onAckInRecovery(facts: AckFacts, nowMs: number): Permission {
    const { board } = this.#parts
    if (facts.hasAdvanced && this.undo.isArmed && this.undo.isEarlier(facts.echoMs)) {
      if (board.retransmitted > 0) return 'lost-first' // what is under way may be needless too
      board.clearLost()
      this.#takeBack(nowMs)
    } else if (this.undo.areAllDuplicates) {
      this.#takeBack(nowMs)
    }
    this.#detect(nowMs)
    if (this.state < RECOVERY) this.#enterIfLost(nowMs)
    return 'lost-first'
  }

  #onAckAfterTimeout(facts: AckFacts, nowMs: number): Permission {
    const { board } = this.#parts
    const isOriginal = this.#isProbingTimeout && facts.hasOriginalArrived && this.undo.isArmed
    if (isOriginal || (facts.hasAdvanced && this.undo.isNeedless(facts.echoMs))) {
      this.#takeBackTimeout(nowMs)
      return 'lost-first'
    }
    if (this.#isProbingTimeout) {
      if (board.nxt > this.#recoveryPoint) {
        if (facts.newlySacked > 0) this.#isProbingTimeout = false // it was a loss
      } else if (facts.hasAdvanced) {
        this.#recoveryPoint = board.nxt
        return 'new-first'
      }
    }
    const { retransmitted } = board
    this.#detect(nowMs)
    if (board.retransmitted < retransmitted) this.#enterRecovery(nowMs) // a retransmission is lost in its turn
    return 'lost-first'
  }

  #detect(nowMs: number): void {
    const { rack, board } = this.#parts
    this.reorderingWaitMs = rack.detectOnAck(board, this, nowMs)
  }

  #enterIfLost(nowMs: number): void {
    const { board } = this.#parts
    if (board.lost > 0) return this.#enterRecovery(nowMs)
    if (board.retransmitted === 0) this.undo.noteNoRetransmissions()
    const state = board.sacked > 0 || board.retransmitted > 0 ? DISORDER : OPEN
    if (state !== this.state) this.#enter(state, nowMs)
  }

  #enterRecovery(nowMs: number): void {
    this.undo.arm()
    this.#beginReduction()
    this.#enter(RECOVERY, nowMs)
  }

  #beginReduction(): void {
    const { window, controller } = this.#parts
    this.prr.begin(window.cwnd)
    window.credit = 0
    window.ssthresh = controller.ssthreshAfterLoss()
  }

  #endReduction(): void {
    const { window, ownsWindow } = this.#parts
    if (!ownsWindow && this.undo.isArmed) window.cwnd = window.ssthresh
  }

  #takeBack(nowMs: number): void {
    this.undo.restoreWindow()
    this.#setState(this.#parts.board.sacked > 0 ? DISORDER : OPEN, nowMs)
  }

  #takeBackTimeout(nowMs: number): void {
    this.#parts.board.clearLost()
    this.#isProbingTimeout = false
    this.#takeBack(nowMs)
  }

  #enter(state: RecoveryState, nowMs: number): void {
    this.#recoveryPoint = this.#parts.board.nxt
    this.#setState(state, nowMs)
  }

  #setState(state: RecoveryState, nowMs: number): void {
    this.state = state
    this.#parts.controller.stateChanged?.(state, nowMs)
  }
}
