import type { EventQueue } from '../event-queue.ts'
import type { CongestionControl } from '../profile.ts'
import { AckFacts } from './ack-facts.ts'
import { AckReader } from './ack-reader.ts'
import { type CongestionController, CongestionWindow, type PathModel } from './congestion-control.ts'
import { Bbr } from './bbr.ts'
import { Cubic } from './cubic.ts'
import { elapsedMs } from './kernel-timer.ts'
import { LossRecovery } from './loss-recovery.ts'
import { Rack } from './rack.ts'
import { Pacer } from './pacer.ts'
import { OPEN, RECOVERY } from './recovery-state.ts'
import { Reno } from './reno.ts'
import { RetransmissionTimer } from './retransmission-timer.ts'
import { RttEstimator } from './rtt.ts'
import { Scoreboard } from './scoreboard.ts'
import { MSS_BYTES, type TcpPacket } from './tcp-packet.ts'
import { WindowUsage } from './window-usage.ts'

const LEAST_BUFFER_BYTES = 65_536
const DUPLICATE_THRESHOLD = 3 // Linux: tcp_reordering

/** Where a sender's segments go. */
export type SenderTold = {
  readonly transmit: (segment: number, payloadBytes: number, push: boolean, nowMs: number) => void
  readonly probe: (nowMs: number) => void
}

export type SenderOptions = { readonly congestionControl: CongestionControl; readonly initialWindow: number }

/** The sending half of one end: a count of bytes in, segments out, paced by the window, the peer's room and the losses.
 *  Memory is in proportion to what is in flight, however much is written. Sources: network-model.md 2.3 to 2.5. */
export class TcpSender {
  readonly board = new Scoreboard()
  readonly window: CongestionWindow
  readonly rtt = new RttEstimator()
  readonly recovery: LossRecovery
  readonly controller: CongestionController
  readonly #rack = new Rack()
  readonly #facts = new AckFacts()
  readonly #reader: AckReader
  readonly #timer: RetransmissionTimer
  readonly #usage: WindowUsage
  readonly #model: PathModel | undefined
  readonly #pacer: Pacer | undefined
  readonly #told: SenderTold
  readonly #initialWindow: number
  #unsentBytes = 0
  #outstandingBytes = 0
  #peerRoomBytes = Infinity // beyond `una`
  #newestAckPacket = -1
  #lastSentMs = -1
  #probeEnd = -1 // one past the last segment when a loss probe left; -1: none under way
  #isProbeRepeat = false
  #isFull = false
  retransmittedSegments = 0
  timeouts = 0
  sentSegments = 0

  constructor(alarms: EventQueue, { congestionControl, initialWindow }: SenderOptions, told: SenderTold) {
    this.#told = told
    this.#initialWindow = initialWindow
    this.window = new CongestionWindow(initialWindow)
    this.controller = newController(congestionControl, this.window, this.board, this.rtt)
    const { board, window, rtt, controller } = this
    const { model } = controller
    this.#model = model
    if (model !== undefined) this.#pacer = new Pacer(alarms, (nowMs) => this.#sendOn(nowMs))
    const parts = { board, window, rtt, controller, rack: this.#rack, ownsWindow: model !== undefined }
    this.recovery = new LossRecovery(parts)
    this.#reader = new AckReader(parts, this.recovery, (segment) => model?.arrived(segment))
    this.#usage = new WindowUsage(window, board, initialWindow)
    this.#timer = new RetransmissionTimer(alarms, {
      reordering: (nowMs) => this.#onReorderingTimer(nowMs),
      lossProbe: (nowMs) => this.#probeLoss(nowMs),
      timeout: (nowMs) => this.#onTimeout(nowMs),
      windowProbe: (nowMs) => this.#probeWindow(nowMs),
    })
  }

  get unacknowledgedBytes(): number {
    return this.#unsentBytes + this.#outstandingBytes
  }

  /** Takes all; false when the buffer is now full: twice the window, at least 64 kB (Linux: tcp_sndbuf_expand). */
  write(bytes: number, nowMs: number): boolean {
    if (this.#model !== undefined) this.#noteApplicationLimited()
    else if (this.board.outstanding === 0 && this.#lastSentMs >= 0) this.#restartAfterIdle(nowMs)
    this.#unsentBytes += bytes
    this.#push(nowMs)
    this.#isFull = this.unacknowledgedBytes > this.#bufferBytes
    return !this.#isFull
  }

  /** Once after `write` has answered false: a third of the buffer is free again (sk_stream_write_space). */
  takeDrained(): boolean {
    if (!this.#isFull || 3 * this.unacknowledgedBytes > 2 * this.#bufferBytes) return false
    this.#isFull = false
    return true
  }

  /** An RTT measured by the handshake. */
  measureRtt(rttMs: number, nowMs: number): void {
    this.rtt.add(rttMs, this.board.una, this.board.nxt)
    this.rtt.addForMin(rttMs, nowMs)
  }

  /** Reads the ACK that a packet brings, in Linux's order (tcp_ack): scoreboard, RTT, losses, timer, window, sending. */
  acknowledge(packet: TcpPacket, nowMs: number): void {
    const { board, recovery } = this
    if (board.outstanding === 0 && packet.sack === undefined) return this.#acknowledgeNothing(packet, nowMs)
    const facts = this.#facts
    const { totalLost, inFlight } = board
    facts.begin(packet.echoMs, board.una)
    this.#outstandingBytes -= this.#reader.read(packet, facts, this.#probeEnd, this.retransmittedSegments, nowMs)
    this.#updatePeerRoom(packet)
    const isHeadOverdue = this.#sampleRtt(nowMs)
    if (this.#probeEnd >= 0) this.#endLossProbe(nowMs)
    const permission = recovery.onAck(facts, nowMs)
    if (recovery.isRecovering) this.#probeEnd = -1
    if (recovery.reorderingWaitMs > 0) this.#timer.setReordering(recovery.reorderingWaitMs, nowMs)
    else if (facts.hasAdvanced || isHeadOverdue) this.#setTimer(nowMs)
    const newlyLost = board.totalLost - totalLost
    if (this.#model !== undefined) {
      const waitMs = this.#pacer?.waitMs(nowMs) ?? 0
      this.#model.acknowledged(facts, newlyLost, inFlight, waitMs, recovery.state, nowMs)
    } else if (facts.delivered > 0) {
      this.#adjustWindow(newlyLost, nowMs)
    }
    if (permission === 'lost-first') this.#retransmitLost(nowMs)
    this.#push(nowMs)
    if (permission === 'new-first' && board.nxt === recovery.recoveryPoint) {
      recovery.giveUpProbing()
      this.#retransmitLost(nowMs)
    }
  }

  close(): void {
    this.#timer.close()
    this.#pacer?.close()
  }

  #acknowledgeNothing(packet: TcpPacket, nowMs: number): void {
    this.#updatePeerRoom(packet)
    this.#push(nowMs)
  }

  get #bufferBytes(): number {
    return Math.max(LEAST_BUFFER_BYTES, 2 * this.window.cwnd * MSS_BYTES)
  }

  /** RFC 5681 section 4.1 as Linux (tcp_cwnd_restart): half the window for each timeout of silence. */
  #restartAfterIdle(nowMs: number): void {
    const { window, rtt } = this
    let idleMs = elapsedMs(this.#lastSentMs, nowMs)
    if (idleMs <= rtt.rtoMs) return
    window.ssthresh = Math.max(window.ssthresh, Math.floor(window.cwnd * 0.75))
    const leastCwnd = Math.min(this.#initialWindow, window.cwnd)
    for (idleMs -= rtt.rtoMs; idleMs > 0 && window.cwnd > leastCwnd; idleMs -= rtt.rtoMs) {
      window.cwnd = Math.floor(window.cwnd / 2)
    }
    window.cwnd = Math.max(window.cwnd, leastCwnd)
    this.#usage.noteFull(nowMs)
  }

  #updatePeerRoom(packet: TcpPacket): void {
    if (packet.id < this.#newestAckPacket || packet.ack < this.board.una) return
    this.#newestAckPacket = packet.id
    this.#peerRoomBytes = packet.windowBytes
    if (this.#timer.pending === 'windowProbe' && this.#hasRoom) {
      this.#timer.noteRoom()
      this.#timer.stop()
    }
  }

  get #hasRoom(): boolean {
    return this.#outstandingBytes + Math.min(this.#unsentBytes, MSS_BYTES) <= this.#peerRoomBytes
  }

  /** tcp_ack_update_rtt: no sample from a retransmission (Karn), but for the timestamp's. True when a SACK tells that the
   *  oldest segment was sent after what it acknowledges: then the timeout counts anew. */
  #sampleRtt(nowMs: number): boolean {
    const { rtt, board } = this
    const facts = this.#facts
    const isClean = facts.firstAckedSentMs >= 0 && !facts.hasAckedRetransmission
    let firstSentMs = isClean ? facts.firstAckedSentMs : facts.firstSackedSentMs
    let lastSentMs = facts.firstSackedSentMs >= 0 ? facts.lastSackedSentMs : isClean ? facts.lastAckedSentMs : -1
    if (firstSentMs < 0 && facts.hasAdvanced) {
      firstSentMs = nowMs - Math.max(Math.floor(nowMs) - facts.echoMs, 1)
      lastSentMs = firstSentMs
    }
    if (firstSentMs < 0) return false
    rtt.addForMin(nowMs - lastSentMs, nowMs)
    rtt.add(nowMs - firstSentMs, board.una, board.nxt)
    facts.newestRttMs = nowMs - lastSentMs
    this.controller.rttSampled?.(nowMs - lastSentMs, nowMs)
    return facts.firstSackedSentMs >= 0 && board.outstanding > 0 && facts.firstSackedSentMs < board.sentMs(board.una)
  }

  #adjustWindow(newlyLost: number, nowMs: number): void {
    const { window, recovery, board } = this
    const facts = this.#facts
    if (recovery.state === RECOVERY) {
      const isSafe = facts.hasAdvanced && newlyLost === 0
      window.cwnd = recovery.prr.cwnd(facts.delivered, board.inFlight, window.ssthresh, isSafe)
      return
    }
    const isInOrder = this.#rack.reorderingSegments <= DUPLICATE_THRESHOLD
    if (isInOrder && !facts.hasAdvanced) return
    if (this.#usage.mayGrow) this.controller.grow(facts.delivered, nowMs)
  }

  /** Lost segments, as far as the window goes (tcp_xmit_retransmit_queue). */
  #retransmitLost(nowMs: number): void {
    const { board, window } = this
    while (board.lost > board.retransmitted && board.inFlight < window.cwnd) {
      if (this.#pacer?.mustWait(nowMs) === true) return
      const segment = board.nextLost()
      if (segment < 0) return
      this.#retransmit(segment, nowMs)
      if (segment === board.una && this.#timer.pending !== 'reordering') this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
    }
  }

  #retransmit(segment: number, nowMs: number): void {
    this.#noteResumed(nowMs)
    this.board.resend(segment, nowMs, true)
    this.recovery.undo.noteRetransmission(nowMs)
    if (this.recovery.state === RECOVERY) this.recovery.prr.noteSent(1)
    this.#repeat(segment, nowMs)
  }

  #repeat(segment: number, nowMs: number): void {
    this.retransmittedSegments += 1
    this.#transmit(segment, segment === this.board.nxt - 1 && this.#unsentBytes === 0, nowMs)
  }

  /** New segments, as far as window and peer allow (tcp_write_xmit). */
  #push(nowMs: number): void {
    if (this.#unsentBytes === 0) return
    const { board, window, recovery } = this
    const wasEmpty = board.outstanding === 0
    const { nxt } = board
    while (this.#unsentBytes > 0 && board.inFlight < window.cwnd && this.#hasRoom) {
      if (this.#pacer?.mustWait(nowMs) === true) break
      this.#transmitNew(nowMs)
    }
    const isLimited = board.inFlight >= window.cwnd
    const sent = board.nxt - nxt
    if (sent > 0 || isLimited) {
      this.#usage.update(isLimited, recovery.state === OPEN && !this.#isFull, this.rtt.rtoMs, nowMs)
    }
    if (sent === 0) return this.#waitForRoom(nowMs)
    if (recovery.state === RECOVERY) recovery.prr.noteSent(sent)
    const isProbeSet = this.#setLossProbe(board.sentMs(board.una) + this.rtt.rtoMs - nowMs, nowMs)
    if (!isProbeSet && (wasEmpty || this.#timer.pending === 'lossProbe')) this.#resetTimeout(nowMs)
  }

  #transmitNew(nowMs: number): void {
    const payloadBytes = Math.min(this.#unsentBytes, MSS_BYTES)
    this.#noteResumed(nowMs)
    const segment = this.board.append(payloadBytes, nowMs)
    this.#unsentBytes -= payloadBytes
    this.#outstandingBytes += payloadBytes
    this.#transmit(segment, this.#unsentBytes === 0, nowMs)
  }

  #noteResumed(nowMs: number): void {
    if (this.board.inFlight === 0 && this.#lastSentMs >= 0) this.controller.resumed?.(nowMs - this.#lastSentMs, nowMs)
  }

  #transmit(segment: number, push: boolean, nowMs: number): void {
    const payloadBytes = this.board.payloadBytes(segment)
    this.#lastSentMs = nowMs
    this.sentSegments += 1
    if (this.#model !== undefined) {
      this.#model.sent(segment, nowMs)
      this.#pacer?.noteSent(payloadBytes, this.#model.bytesPerMs, nowMs)
    }
    this.#told.transmit(segment, payloadBytes, push, nowMs)
  }

  /** The pacer lets the next segment leave. */
  #sendOn(nowMs: number): void {
    this.#retransmitLost(nowMs)
    this.#push(nowMs)
  }

  /** tcp_rate_check_app_limited: the window was not used up, for lack of data. */
  #noteApplicationLimited(): void {
    const { board, window } = this
    const isIdle = this.#unsentBytes < MSS_BYTES && board.inFlight < window.cwnd && board.lost <= board.retransmitted
    if (isIdle) this.#model?.noteApplicationLimited()
  }

  /** tcp_set_xmit_timer: a loss probe where that is possible, else the timeout. */
  #setTimer(nowMs: number): void {
    if (!this.#setLossProbe(this.rtt.rtoMs, nowMs)) this.#resetTimeout(nowMs)
  }

  #setLossProbe(timeoutInMs: number, nowMs: number): boolean {
    const { board, rtt } = this
    if (board.outstanding === 0 || this.recovery.state !== OPEN || rtt.srttMs === 0) return false
    this.#timer.setLossProbe(rtt.srttMs, board.outstanding, rtt.rtoMinMs, timeoutInMs, nowMs)
    return true
  }

  #resetTimeout(nowMs: number): void {
    const { board } = this
    if (board.outstanding === 0) this.#timer.stop()
    else this.#timer.resetTimeout(this.rtt.rtoMs, board.sentMs(board.una), nowMs)
  }

  /** Nothing is out and the peer has no room: nobody else would ever wake this sender. */
  #waitForRoom(nowMs: number): void {
    if (this.board.outstanding > 0 || this.#hasRoom || this.#timer.isSet) return
    this.#timer.setWindowProbe(this.rtt.rtoMs, nowMs)
  }

  #onReorderingTimer(nowMs: number): void {
    if (this.recovery.onReorderingTimer(nowMs)) this.#retransmitLost(nowMs)
    if (this.recovery.isRecovering) this.#probeEnd = -1
    if (this.#timer.pending !== 'timeout') this.#resetTimeout(nowMs)
  }

  /** RFC 8985 section 7.3: something new, else the last segment again; one probe at a time. */
  #probeLoss(nowMs: number): void {
    const { board } = this
    if (board.outstanding === 0) return
    if (this.#probeEnd >= 0) return this.#resetTimeout(nowMs)
    this.#isProbeRepeat = this.#unsentBytes === 0 || !this.#hasRoom
    if (this.#isProbeRepeat) {
      board.resend(board.nxt - 1, nowMs, false)
      this.#repeat(board.nxt - 1, nowMs)
    } else {
      this.#transmitNew(nowMs)
    }
    this.#probeEnd = board.nxt
    this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
  }

  /** RFC 8985 section 7.4, tcp_process_tlp_ack. */
  #endLossProbe(nowMs: number): void {
    const facts = this.#facts
    const { una } = this.board
    if (una < this.#probeEnd) return
    const isRepaired = this.#isProbeRepeat && !facts.isProbeDuplicate
    if (isRepaired && una === this.#probeEnd && (facts.hasAdvanced || facts.newlySacked > 0)) return
    if (isRepaired && una > this.#probeEnd) this.recovery.reduceOnce(nowMs)
    this.#probeEnd = -1
  }

  #onTimeout(nowMs: number): void {
    const { board } = this
    if (board.outstanding === 0) return
    this.timeouts += 1
    this.#probeEnd = -1
    this.recovery.onTimeout(nowMs)
    this.#usage.noteFull(nowMs)
    this.#retransmit(board.una, nowMs)
    this.rtt.backOff()
    this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
  }

  /** Sends what fits after all (RFC 9293 section 3.8.6.2.1), or asks. */
  #probeWindow(nowMs: number): void {
    if (this.#unsentBytes === 0 || this.board.outstanding > 0) return
    if (this.#peerRoomBytes > 0) return this.#transmitWhatFits(nowMs)
    this.#told.probe(nowMs)
    this.#timer.setWindowProbe(this.rtt.rtoMs, nowMs)
  }

  #transmitWhatFits(nowMs: number): void {
    const payloadBytes = Math.min(this.#unsentBytes, MSS_BYTES, this.#peerRoomBytes)
    const segment = this.board.append(payloadBytes, nowMs)
    this.#unsentBytes -= payloadBytes
    this.#outstandingBytes += payloadBytes
    this.#transmit(segment, false, nowMs)
    this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
  }
}

function newController(
  congestionControl: CongestionControl,
  window: CongestionWindow,
  board: Scoreboard,
  rtt: RttEstimator,
): CongestionController {
  switch (congestionControl) {
    case 'reno':
      return new Reno(window)
    case 'cubic':
      return new Cubic(window, board)
    case 'bbr':
      return new Bbr(window, board, rtt)
  }
}
