import type { EventQueue } from '../event-queue.ts'
import type { CongestionControl } from '../profile.ts'
import { AckFacts } from './ack-facts.ts'
import { AckReader } from './ack-reader.ts'
import { type CongestionController, CongestionWindow, type PathModel } from './congestion-control.ts'
import { newController } from './controllers.ts'
import { elapsedMs } from './kernel-timer.ts'
import { LossProbe } from './loss-probe.ts'
import { LossRecovery } from './loss-recovery.ts'
import { Pacer } from './pacer.ts'
import { Rack } from './rack.ts'
import { OPEN, RECOVERY } from './recovery-state.ts'
import { RetransmissionTimer } from './retransmission-timer.ts'
import { RttEstimator } from './rtt.ts'
import { sampleRtt } from './rtt-sample.ts'
import { Scoreboard } from './scoreboard.ts'
import { SendBuffer } from './send-buffer.ts'
import { MSS_BYTES, type TcpPacket } from './tcp-packet.ts'
import { WindowUsage } from './window-usage.ts'

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
  readonly #buffer: SendBuffer
  readonly #probe = new LossProbe()
  #lastSentMs = -1
  retransmittedSegments = 0
  timeouts = 0
  sentSegments = 0

  constructor(alarms: EventQueue, { congestionControl, initialWindow }: SenderOptions, told: SenderTold) {
    this.#told = told
    this.window = new CongestionWindow(initialWindow)
    this.#buffer = new SendBuffer(this.window)
    this.controller = newController(congestionControl, this)
    const { board, window, rtt, controller } = this
    const { model } = controller
    this.#model = model
    if (model !== undefined) this.#pacer = new Pacer(alarms, (nowMs) => this.#sendOn(nowMs))
    const parts = { board, window, rtt, controller, rack: this.#rack, ownsWindow: model !== undefined }
    this.recovery = new LossRecovery(parts)
    this.#reader = new AckReader(parts, this.recovery, model)
    this.#usage = new WindowUsage(window, board, initialWindow)
    this.#timer = new RetransmissionTimer(alarms, {
      reordering: (nowMs) => this.#onReorderingTimer(nowMs),
      lossProbe: (nowMs) => this.#probeLoss(nowMs),
      timeout: (nowMs) => this.#onTimeout(nowMs),
      windowProbe: (nowMs) => this.#probeWindow(nowMs),
    })
  }

  get unacknowledgedBytes(): number {
    return this.#buffer.unacknowledgedBytes
  }

  get peerRoomBytes(): number {
    return this.#buffer.peerRoomBytes
  }

  /** Takes all; false when the buffer is now full. */
  write(bytes: number, nowMs: number): boolean {
    if (this.#model !== undefined) this.#noteApplicationLimited()
    else if (this.board.outstanding === 0 && this.#lastSentMs >= 0) {
      this.#usage.restart(elapsedMs(this.#lastSentMs, nowMs), this.rtt.rtoMs, nowMs)
    }
    this.#buffer.unsentBytes += bytes
    this.#push(nowMs)
    this.#buffer.noteWritten()
    return !this.#buffer.isFull
  }

  /** Once after `write` has answered false: there is room again. */
  takeDrained(): boolean {
    return this.#buffer.takeDrained()
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
    this.#buffer.noteAcknowledged(this.#reader.read(packet, facts, this.#probe.end, this.retransmittedSegments, nowMs))
    this.#updatePeerRoom(packet)
    const isTimeoutMoved = sampleRtt(facts, this.rtt, board, nowMs)
    if (facts.newestRttMs >= 0) this.controller.rttSampled?.(facts.newestRttMs, nowMs)
    if (this.#probe.isUnderWay && this.#probe.hasRepaired(board.una, facts)) recovery.reduceOnce(nowMs)
    const permission = recovery.onAck(facts, nowMs)
    if (recovery.isRecovering) this.#probe.forget()
    if (recovery.reorderingWaitMs > 0) this.#timer.setReordering(recovery.reorderingWaitMs, nowMs)
    else if (facts.hasAdvanced || isTimeoutMoved) this.#setTimer(nowMs)
    const newlyLost = board.totalLost - totalLost
    if (this.#model !== undefined) {
      const waitMs = this.#pacer?.waitMs(nowMs) ?? 0
      this.#model.acknowledged(facts, newlyLost, inFlight, waitMs, recovery.state, nowMs)
    } else if (facts.delivered > 0) {
      this.#adjustWindow(newlyLost, nowMs)
    }
    if (permission === 'lost-first' && board.lost > board.retransmitted) this.#retransmitLost(nowMs)
    if (this.#buffer.unsentBytes > 0) this.#push(nowMs)
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
    if (this.#buffer.unsentBytes > 0) this.#push(nowMs)
  }

  #updatePeerRoom(packet: TcpPacket): void {
    if (packet.ack < this.board.una) return
    this.#buffer.noteRoom(packet)
    if (this.#timer.pending !== 'windowProbe' || !this.#buffer.hasRoom) return
    this.#timer.noteRoom()
    this.#timer.stop()
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
    this.#transmit(segment, segment === this.board.nxt - 1 && this.#buffer.unsentBytes === 0, nowMs)
  }

  /** New segments, as far as window and peer allow (tcp_write_xmit). */
  #push(nowMs: number): void {
    if (this.#buffer.unsentBytes === 0) return
    const { board, window, recovery } = this
    const wasEmpty = board.outstanding === 0
    const { nxt } = board
    while (this.#buffer.unsentBytes > 0 && board.inFlight < window.cwnd && this.#buffer.hasRoom) {
      if (this.#pacer?.mustWait(nowMs) === true) break
      this.#transmitNew(nowMs)
    }
    const isLimited = board.inFlight >= window.cwnd
    const sent = board.nxt - nxt
    if (sent > 0 || isLimited) {
      this.#usage.update(isLimited, recovery.state === OPEN && !this.#buffer.isFull, this.rtt.rtoMs, nowMs)
    }
    if (sent === 0) return this.#waitForRoom(nowMs)
    if (recovery.state === RECOVERY) recovery.prr.noteSent(sent)
    const isProbeSet = this.#setLossProbe(board.sentMs(board.una) + this.rtt.rtoMs - nowMs, nowMs)
    if (!isProbeSet && (wasEmpty || this.#timer.pending === 'lossProbe')) this.#resetTimeout(nowMs)
  }

  #transmitNew(nowMs: number, mostBytes?: number): void {
    this.#noteResumed(nowMs)
    const segment = this.board.append(this.#buffer.takeSegment(mostBytes), nowMs)
    this.#transmit(segment, this.#buffer.unsentBytes === 0, nowMs)
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
    const isIdle =
      this.#buffer.unsentBytes < MSS_BYTES && board.inFlight < window.cwnd && board.lost <= board.retransmitted
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
    if (this.board.outstanding > 0 || this.#buffer.hasRoom || this.#timer.isSet) return
    this.#timer.setWindowProbe(this.rtt.rtoMs, nowMs)
  }

  #onReorderingTimer(nowMs: number): void {
    if (this.recovery.onReorderingTimer(nowMs)) this.#retransmitLost(nowMs)
    if (this.recovery.isRecovering) this.#probe.forget()
    if (this.#timer.pending !== 'timeout') this.#resetTimeout(nowMs)
  }

  /** RFC 8985 section 7.3: something new, else the last segment again; one probe at a time. */
  #probeLoss(nowMs: number): void {
    const { board } = this
    if (board.outstanding === 0) return
    if (this.#probe.isUnderWay) return this.#resetTimeout(nowMs)
    const isRepeat = this.#buffer.unsentBytes === 0 || !this.#buffer.hasRoom
    if (isRepeat) {
      board.resend(board.nxt - 1, nowMs, false)
      this.#repeat(board.nxt - 1, nowMs)
    } else {
      this.#transmitNew(nowMs)
    }
    this.#probe.begin(board.nxt, isRepeat)
    this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
  }

  #onTimeout(nowMs: number): void {
    const { board } = this
    if (board.outstanding === 0) return
    this.timeouts += 1
    this.#probe.forget()
    this.recovery.onTimeout(nowMs)
    this.#usage.noteFull(nowMs)
    this.#retransmit(board.una, nowMs)
    this.rtt.backOff()
    this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
  }

  /** Sends what fits after all (RFC 9293 section 3.8.6.2.1), or asks. */
  #probeWindow(nowMs: number): void {
    if (this.#buffer.unsentBytes === 0 || this.board.outstanding > 0) return
    if (this.#buffer.peerRoomBytes > 0) {
      this.#transmitNew(nowMs, this.#buffer.peerRoomBytes)
      this.#timer.setTimeout(this.rtt.rtoMs, nowMs)
    } else {
      this.#told.probe(nowMs)
      this.#timer.setWindowProbe(this.rtt.rtoMs, nowMs)
    }
  }
}
