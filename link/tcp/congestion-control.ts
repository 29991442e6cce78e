import type { CongestionControl } from '../profile.ts'
import type { AckFacts } from './ack-facts.ts'
import type { RecoveryState } from './recovery-state.ts'

/** cwnd and ssthresh in segments, with what slow start and congestion avoidance do to them. */
export class CongestionWindow {
  cwnd: number
  ssthresh = Infinity
  /** ACKed towards the next increase (Linux: snd_cwnd_cnt). */
  credit = 0

  constructor(initialWindow: number) {
    this.cwnd = initialWindow
  }

  get isInSlowStart(): boolean {
    return this.cwnd < this.ssthresh
  }

  /** One segment for each acknowledged (RFC 3465 without its limit, as Linux), up to ssthresh; gives what is left over. */
  slowStart(acked: number): number {
    const cwnd = Math.min(this.cwnd + acked, this.ssthresh)
    const left = acked - (cwnd - this.cwnd)
    this.cwnd = cwnd
    return left
  }

  /** One segment for each `segmentsPerIncrease` acknowledged (tcp_cong_avoid_ai). */
  avoidCongestion(segmentsPerIncrease: number, acked: number): void {
    if (this.credit >= segmentsPerIncrease) {
      this.credit = 0
      this.cwnd += 1
    }
    this.credit += acked
    if (this.credit < segmentsPerIncrease) return
    const increase = Math.floor(this.credit / segmentsPerIncrease)
    this.credit -= increase * segmentsPerIncrease
    this.cwnd += increase
  }
}

/** How a sender's window answers to ACKs and losses. One object per sender, which has its window and its scoreboard. */
export type CongestionController = {
  readonly name: CongestionControl
  /** The threshold after a loss, in segments. Told once per window with a loss. */
  ssthreshAfterLoss(): number
  /** `acked` segments have arrived while the window was in use; not told during a reduction. */
  grow(acked: number, nowMs: number): void
  /** The RTT of the newest segment acknowledged, never of a retransmission. */
  rttSampled?(rttMs: number, nowMs: number): void
  stateChanged?(state: RecoveryState, nowMs: number): void
  /** Sending begins again after `idleMs` with nothing in flight. */
  resumed?(idleMs: number, nowMs: number): void
  /** Of a controller that sets window and pacing from a model of the path. */
  readonly model?: PathModel
}

/** What a model of the path is told besides, and what it sets: the window on every ACK, in recovery too, and the rate at
 *  which segments leave. */
export type PathModel = {
  readonly bytesPerMs: number
  sent(segment: number, nowMs: number): void
  /** Before the scoreboard marks it. */
  arrived(segment: number): void
  /** What is in flight is all that there is to send. */
  noteApplicationLimited(): void
  /** `priorInFlight`: before the ACK; `pacingWaitMs`: until the next segment may leave. */
  acknowledged(
    facts: AckFacts,
    newlyLost: number,
    priorInFlight: number,
    pacingWaitMs: number,
    state: RecoveryState,
    nowMs: number,
  ): void
}
