import { cbrt } from '../exact-math.ts'
import type { CongestionController, CongestionWindow } from './congestion-control.ts'
import { HyStart } from './hystart.ts'
import { JIFFY_MS, jiffiesAt } from './kernel-timer.ts'
import { LOSS, type RecoveryState } from './recovery-state.ts'
import type { Scoreboard } from './scoreboard.ts'

// Linux, net/ipv4/tcp_cubic.c; RFC 9438 section 4
const BETA = 717 / 1024 // 0.7
const C = 0.4 // segments per second cubed
const FRIENDLY_EIGHTHS = 15 // beta_scale: an ACKed segment raises the Reno estimate by 8 / (15 × cwnd)
const UNKNOWN_CAPACITY_ACKS = 20 // before the first loss: 5 % per round trip
const LEAST_ACKS = 2 // at most half a segment for each acknowledged
const QUIET_JIFFIES = 7 // HZ / 32: as long as this the pace is kept while the window stands
const SETTLING_MS = 1000 // after a reduction, RTTs still show its queue

/** CUBIC (RFC 9438) as Linux computes it: in whole segments and ticks, with fast convergence, Reno-friendly region and
 *  HyStart. */
export class Cubic implements CongestionController {
  readonly name = 'cubic'
  readonly #window: CongestionWindow
  readonly #hystart: HyStart
  #wMax = 0 // the window at the last loss, in segments
  #origin = 0 // the plateau of the curve
  #kMs = 0 // time to the plateau
  #epochJiffies = 0
  #isInEpoch = false
  #ackedInEpoch = 0
  #renoWindow = 0 // what Reno would have
  #acksPerIncrease = 0
  #lastWindow = 0
  #lastJiffies = 0
  #minRttMs = Infinity

  constructor(window: CongestionWindow, board: Scoreboard) {
    this.#window = window
    this.#hystart = new HyStart(window, board)
  }

  ssthreshAfterLoss(): number {
    const { cwnd } = this.#window
    this.#isInEpoch = false
    this.#wMax = cwnd < this.#wMax ? Math.floor((cwnd * (1 + BETA)) / 2) : cwnd // fast convergence, RFC 9438 4.7
    return Math.max(Math.floor(cwnd * BETA), 2)
  }

  grow(acked: number, nowMs: number): void {
    const window = this.#window
    const left = window.isInSlowStart ? window.slowStart(acked) : acked
    if (left === 0) return
    this.#update(left, jiffiesAt(nowMs))
    window.avoidCongestion(this.#acksPerIncrease, left)
  }

  rttSampled(rttMs: number, nowMs: number): void {
    if (this.#isInEpoch && nowMs - this.#epochJiffies * JIFFY_MS < SETTLING_MS) return
    this.#minRttMs = Math.min(this.#minRttMs, rttMs)
    this.#hystart.add(rttMs, this.#minRttMs, nowMs)
  }

  stateChanged(state: RecoveryState, nowMs: number): void {
    if (state !== LOSS) return
    this.#wMax = 0
    this.#isInEpoch = false
    this.#lastWindow = 0
    this.#minRttMs = Infinity
    this.#hystart.restart(nowMs)
  }

  /** Time without data does not count on the curve. */
  resumed(idleMs: number, nowMs: number): void {
    if (!this.#isInEpoch) return
    this.#epochJiffies = Math.min(this.#epochJiffies + jiffiesAt(idleMs), jiffiesAt(nowMs))
  }

  #update(acked: number, nowJiffies: number): void {
    const { cwnd } = this.#window
    this.#ackedInEpoch += acked
    if (this.#lastWindow === cwnd && nowJiffies - this.#lastJiffies <= QUIET_JIFFIES) return
    if (!this.#isInEpoch || nowJiffies !== this.#lastJiffies) {
      this.#lastWindow = cwnd
      this.#lastJiffies = nowJiffies
      if (!this.#isInEpoch) this.#beginEpoch(acked, nowJiffies)
      this.#acksPerIncrease = this.#acksOnCurve(nowJiffies)
    }
    this.#acksPerIncrease = Math.max(Math.min(this.#acksPerIncrease, this.#acksAsReno()), LEAST_ACKS)
  }

  #beginEpoch(acked: number, nowJiffies: number): void {
    const { cwnd } = this.#window
    this.#isInEpoch = true
    this.#epochJiffies = nowJiffies
    this.#ackedInEpoch = acked
    this.#renoWindow = cwnd
    this.#origin = Math.max(this.#wMax, cwnd)
    this.#kMs = 1000 * cbrt((this.#origin - cwnd) / C) // RFC 9438 figure 2
  }

  #acksOnCurve(nowJiffies: number): number {
    const { cwnd } = this.#window
    const elapsedMs = (nowJiffies - this.#epochJiffies) * JIFFY_MS
    const minRttMs = this.#minRttMs === Infinity ? 0 : this.#minRttMs
    const seconds = Math.abs(elapsedMs + minRttMs - this.#kMs) / 1000
    const rise = Math.floor(C * seconds * seconds * seconds)
    const target = elapsedMs + minRttMs < this.#kMs ? this.#origin - rise : this.#origin + rise
    const acks = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : 100 * cwnd
    return this.#wMax === 0 ? Math.min(acks, UNKNOWN_CAPACITY_ACKS) : acks
  }

  /** The Reno-friendly region, RFC 9438 section 4.3. */
  #acksAsReno(): number {
    const { cwnd } = this.#window
    const acksPerSegment = Math.floor((cwnd * FRIENDLY_EIGHTHS) / 8)
    if (this.#ackedInEpoch > acksPerSegment) {
      const segments = Math.ceil(this.#ackedInEpoch / acksPerSegment) - 1
      this.#ackedInEpoch -= segments * acksPerSegment
      this.#renoWindow += segments
    }
    return this.#renoWindow > cwnd ? Math.floor(cwnd / (this.#renoWindow - cwnd)) : Infinity
  }
}
