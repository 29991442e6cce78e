import type { AckFacts } from './ack-facts.ts'
import { AckAggregation } from './ack-aggregation.ts'
import type { CongestionController, CongestionWindow, PathModel } from './congestion-control.ts'
import { burstSegments } from './burst-segments.ts'
import { DeliveryRate, type RateSample } from './delivery-rate.ts'
import { FullPipe } from './full-pipe.ts'
import { LOSS, RECOVERY, type RecoveryState } from './recovery-state.ts'
import type { RttEstimator } from './rtt.ts'
import type { Scoreboard } from './scoreboard.ts'
import { MSS_BYTES } from './tcp-packet.ts'
import { WindowedMax } from './windowed-max.ts'

// Linux, net/ipv4/tcp_bbr.c; draft-cardwell-iccrg-bbr-congestion-control-00
const BANDWIDTH_ROUNDS = 10 // bbr_bw_rtts
const MIN_RTT_WINDOW_MS = 10_000 // bbr_min_rtt_win_sec
const PROBE_RTT_MS = 200 // bbr_probe_rtt_mode_ms
const HIGH_GAIN = 2.885 // 2 / ln 2, doubles the rate each round trip
const DRAIN_GAIN = 1 / 2.885
const CWND_GAIN = 2
const CYCLE_GAINS = [1.25, 0.75, 1, 1, 1, 1, 1, 1] as const
const CYCLE_CHOICES = 7 // bbr_cycle_rand
const PACING_MARGIN = 0.99 // bbr_pacing_margin_percent
const LEAST_CWND = 4 // bbr_cwnd_min_target
const INITIAL_CWND = 10

type Mode = 'startup' | 'drain' | 'probe-bandwidth' | 'probe-rtt'

/** BBR version 1 as in Linux: a model of the path's bandwidth and least RTT sets pacing and window; single losses do not. */
export class Bbr implements CongestionController, PathModel {
  readonly name = 'bbr'
  readonly model = this
  bytesPerMs = 0
  #burstSegments = 1 // at that rate
  readonly #pipe = new FullPipe()
  readonly #window: CongestionWindow
  readonly #board: Scoreboard
  readonly #rtt: RttEstimator
  readonly #rate: DeliveryRate
  readonly #aggregation = new AckAggregation()
  readonly #bandwidth = new WindowedMax(BANDWIDTH_ROUNDS) // segments per ms
  #mode: Mode = 'startup'
  #pacingGain = HIGH_GAIN
  #cwndGain = HIGH_GAIN
  #rounds = 0
  #roundEnd = 0 // in segments delivered
  #isRoundStart = false
  #minRttMs = Infinity
  #minRttAtMs = 0
  #cyclePhase = 0
  #phaseStartMs = 0
  #probeRttEndMs = 0 // 0: not yet at its low
  #isProbeRttRoundOver = false
  #isResuming = false
  #isConserving = false // packet conservation in the first round of recovery
  #priorState: RecoveryState = 0
  #priorCwnd = 0

  constructor(window: CongestionWindow, board: Scoreboard, rtt: RttEstimator) {
    this.#window = window
    this.#board = board
    this.#rtt = rtt
    this.#rate = new DeliveryRate(board)
  }

  ssthreshAfterLoss(): number {
    this.#saveCwnd()
    return this.#window.ssthresh
  }

  grow(): void {} // the model sets the window

  stateChanged(state: RecoveryState): void {
    if (state !== LOSS) return
    this.#priorState = LOSS
    this.#pipe.forgetBandwidth()
    this.#isRoundStart = true
  }

  resumed(_idleMs: number, nowMs: number): void {
    if (!this.#rate.isApplicationLimited) return
    this.#isResuming = true
    this.#aggregation.restart(nowMs)
    if (this.#mode === 'probe-bandwidth') this.#setPacing(1)
    else if (this.#mode === 'probe-rtt') this.#endProbeRtt(nowMs)
  }

  noteApplicationLimited(): void {
    this.#rate.noteApplicationLimited()
  }

  sent(segment: number, nowMs: number): void {
    if (this.bytesPerMs === 0) this.#setFirstPacing()
    this.#rate.sent(segment, nowMs)
  }

  arrived(segment: number): void {
    this.#rate.arrived(segment)
  }

  /** bbr_main */
  acknowledged(
    facts: AckFacts,
    newlyLost: number,
    priorInFlight: number,
    pacingWaitMs: number,
    state: RecoveryState,
    nowMs: number,
  ): void {
    const sample = this.#rate.takeSample(this.#rtt.minRttMs, nowMs)
    this.#updateBandwidth(sample)
    if (sample !== undefined && sample.segmentsPerMs > 0) {
      const { cwnd } = this.#window
      this.#aggregation.add(facts.delivered, this.#segmentsPerMs, cwnd, this.#isRoundStart, nowMs)
    }
    this.#advanceCycle(newlyLost, this.#inNetwork(priorInFlight, pacingWaitMs), nowMs)
    if (sample !== undefined && this.#isRoundStart && !sample.isApplicationLimited) {
      this.#pipe.noteRound(this.#segmentsPerMs)
    }
    this.#drain(this.#inNetwork(this.#board.inFlight, pacingWaitMs), nowMs)
    this.#updateMinRtt(facts, nowMs)
    this.#setGains()
    this.#setPacing(this.#pacingGain)
    this.#setCwnd(facts.delivered, newlyLost, state)
  }

  get #segmentsPerMs(): number {
    return Math.max(this.#bandwidth.highest, 0)
  }

  #updateBandwidth(sample: RateSample | undefined): void {
    this.#isRoundStart = false
    if (sample === undefined || sample.segmentsPerMs < 0) return
    if (sample.priorDelivered >= this.#roundEnd) {
      this.#roundEnd = this.#rate.delivered
      this.#rounds += 1
      this.#isRoundStart = true
      this.#isConserving = false
    }
    if (sample.isApplicationLimited && sample.segmentsPerMs < this.#bandwidth.highest) return
    this.#bandwidth.add(sample.segmentsPerMs, this.#rounds)
  }

  /** bbr_packets_in_net_at_edt: what will still be under way when the next segment may leave. */
  #inNetwork(inFlight: number, pacingWaitMs: number): number {
    const withNext = inFlight + (this.#pacingGain > 1 ? this.#burstSegments : 0)
    return Math.max(0, withNext - Math.floor(this.#segmentsPerMs * pacingWaitMs))
  }

  #advanceCycle(newlyLost: number, inNetwork: number, nowMs: number): void {
    if (this.#mode !== 'probe-bandwidth') return
    const isLong = nowMs - this.#phaseStartMs > this.#minRttMs
    let isOver = isLong
    if (this.#pacingGain > 1) isOver = isLong && (newlyLost > 0 || inNetwork >= this.#inFlightAt(this.#pacingGain))
    else if (this.#pacingGain < 1) isOver = isLong || inNetwork <= this.#inFlightAt(1)
    if (isOver) this.#beginPhase(this.#cyclePhase + 1, nowMs)
  }

  #beginPhase(phase: number, nowMs: number): void {
    this.#cyclePhase = phase % CYCLE_GAINS.length
    this.#phaseStartMs = nowMs
  }

  #drain(inNetwork: number, nowMs: number): void {
    if (this.#mode === 'startup' && this.#pipe.isFull) this.#mode = 'drain'
    if (this.#mode === 'drain' && inNetwork <= this.#inFlightAt(1)) this.#probeBandwidth(nowMs)
  }

  /** Flows begin at different phases, never at the one that drains; the round decides, so that a run repeats. */
  #probeBandwidth(nowMs: number): void {
    this.#mode = 'probe-bandwidth'
    this.#beginPhase(CYCLE_GAINS.length - (this.#rounds % CYCLE_CHOICES), nowMs)
  }

  #updateMinRtt({ newestRttMs, delivered }: AckFacts, nowMs: number): void {
    const isExpired = nowMs > this.#minRttAtMs + MIN_RTT_WINDOW_MS
    if (newestRttMs >= 0 && (newestRttMs < this.#minRttMs || isExpired)) {
      this.#minRttMs = newestRttMs
      this.#minRttAtMs = nowMs
    }
    if (isExpired && !this.#isResuming && this.#mode !== 'probe-rtt') {
      this.#mode = 'probe-rtt'
      this.#saveCwnd()
      this.#probeRttEndMs = 0
    }
    if (this.#mode === 'probe-rtt') this.#probeRtt(nowMs)
    if (delivered > 0) this.#isResuming = false
  }

  /** Four segments in flight for 200 ms and a round trip, so that the queue empties. */
  #probeRtt(nowMs: number): void {
    this.#rate.noteApplicationLimited()
    if (this.#probeRttEndMs === 0) {
      if (this.#board.inFlight > LEAST_CWND) return
      this.#probeRttEndMs = nowMs + PROBE_RTT_MS
      this.#isProbeRttRoundOver = false
      this.#roundEnd = this.#rate.delivered
      return
    }
    if (this.#isRoundStart) this.#isProbeRttRoundOver = true
    if (this.#isProbeRttRoundOver) this.#endProbeRtt(nowMs)
  }

  #endProbeRtt(nowMs: number): void {
    if (this.#probeRttEndMs === 0 || nowMs <= this.#probeRttEndMs) return
    this.#minRttAtMs = nowMs
    this.#window.cwnd = Math.max(this.#window.cwnd, this.#priorCwnd)
    if (this.#pipe.isFull) this.#probeBandwidth(nowMs)
    else this.#mode = 'startup'
  }

  #setGains(): void {
    switch (this.#mode) {
      case 'startup':
        this.#pacingGain = HIGH_GAIN
        this.#cwndGain = HIGH_GAIN
        break
      case 'drain':
        this.#pacingGain = DRAIN_GAIN
        this.#cwndGain = HIGH_GAIN
        break
      case 'probe-bandwidth':
        this.#pacingGain = CYCLE_GAINS[this.#cyclePhase] as number
        this.#cwndGain = CWND_GAIN
        break
      case 'probe-rtt':
        this.#pacingGain = 1
        this.#cwndGain = 1
        break
    }
  }

  #setFirstPacing(): void {
    const rttMs = this.#rtt.srttMs === 0 ? 1 : this.#rtt.srttMs
    this.#paceAt(((this.#window.cwnd * MSS_BYTES) / rttMs) * HIGH_GAIN * PACING_MARGIN)
  }

  #setPacing(gain: number): void {
    const bytesPerMs = this.#segmentsPerMs * MSS_BYTES * gain * PACING_MARGIN
    if (this.#pipe.isFull || bytesPerMs > this.bytesPerMs) this.#paceAt(bytesPerMs)
  }

  #paceAt(bytesPerMs: number): void {
    if (bytesPerMs === this.bytesPerMs) return
    this.bytesPerMs = bytesPerMs
    this.#burstSegments = burstSegments(bytesPerMs)
  }

  #setCwnd(acked: number, newlyLost: number, state: RecoveryState): void {
    const window = this.#window
    if (acked > 0) {
      this.#followRecovery(acked, newlyLost, state)
      if (this.#isConserving) window.cwnd = Math.max(window.cwnd, this.#board.inFlight + acked)
      else this.#growCwnd(acked)
    }
    if (this.#mode === 'probe-rtt') window.cwnd = Math.min(window.cwnd, LEAST_CWND)
  }

  /** bbr_set_cwnd_to_recover_or_restore */
  #followRecovery(acked: number, newlyLost: number, state: RecoveryState): void {
    const window = this.#window
    if (newlyLost > 0) window.cwnd = Math.max(window.cwnd - newlyLost, 1)
    if (state === RECOVERY && this.#priorState !== RECOVERY) {
      this.#isConserving = true
      this.#roundEnd = this.#rate.delivered
      window.cwnd = this.#board.inFlight + acked
    } else if (this.#priorState >= RECOVERY && state < RECOVERY) {
      window.cwnd = Math.max(window.cwnd, this.#priorCwnd)
      this.#isConserving = false
    }
    this.#priorState = state
  }

  #growCwnd(acked: number): void {
    const window = this.#window
    const extra = this.#pipe.isFull ? this.#aggregation.extraSegments(this.#segmentsPerMs) : 0
    const target = this.#withBudget(this.#bandwidthDelayProduct(this.#cwndGain) + Math.floor(extra))
    if (this.#pipe.isFull) window.cwnd = Math.min(window.cwnd + acked, target)
    else if (window.cwnd < target || this.#rate.delivered < INITIAL_CWND) window.cwnd += acked
    window.cwnd = Math.max(window.cwnd, LEAST_CWND)
  }

  #saveCwnd(): void {
    const { cwnd } = this.#window
    const isFresh = this.#priorState < RECOVERY && this.#mode !== 'probe-rtt'
    this.#priorCwnd = isFresh ? cwnd : Math.max(this.#priorCwnd, cwnd)
  }

  #inFlightAt(gain: number): number {
    return this.#withBudget(this.#bandwidthDelayProduct(gain))
  }

  #bandwidthDelayProduct(gain: number): number {
    if (this.#minRttMs === Infinity) return INITIAL_CWND
    return Math.ceil(this.#segmentsPerMs * this.#minRttMs * gain)
  }

  /** bbr_quantization_budget: room for what leaves and arrives in bursts. */
  #withBudget(segments: number): number {
    const even = 2 * Math.ceil((segments + 3 * this.#burstSegments) / 2)
    return even + (this.#mode === 'probe-bandwidth' && this.#cyclePhase === 0 ? 2 : 0)
  }
}
