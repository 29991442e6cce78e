import { elapsedMs } from './kernel-timer.ts'
import { MSS_BYTES } from './tcp-packet.ts'
import type { Arrival } from './receiver.ts'

const ATO_MIN_MS = 40 // Linux: TCP_ATO_MIN, also TCP_DELACK_MIN
const DELAYED_ACK_MAX_MS = 200 // Linux: TCP_DELACK_MAX
const QUICK_ACKS = 16 // Linux: TCP_MAX_QUICKACKS

/** When a receiver acknowledges, as Linux does it (__tcp_ack_snd_check, tcp_event_data_recv): at once for every second
 *  segment (RFC 5681 section 4.2), for anything out of order, for the end of what was written, and for the first 16
 *  ACKs of a transfer ("quick ACK"), so as not to slow the sender's slow start; else after 40 ms. */
export class DelayedAck {
  #unacknowledgedBytes = 0
  #quickLeft = 0
  #interactive = false // answers follow requests at once, so that the ACK rides on them ("ping-pong")
  #ackTimeoutMs = 0 // 0: no data yet
  #lastDataMs = 0

  /** Data has arrived: true for an ACK at once, false for one after `delayMs`. `rtoMs` is of this end's own sender. */
  isAckDue(arrival: Arrival, payloadBytes: number, push: boolean, hasHole: boolean): boolean {
    if (arrival === 'duplicate') this.#beQuick()
    if (arrival === 'in-order' || arrival === 'fills-hole') this.#unacknowledgedBytes += payloadBytes
    if (arrival !== 'in-order' || hasHole || this.#unacknowledgedBytes > MSS_BYTES) return true
    return !this.#interactive && (this.#quickLeft > 0 || push)
  }

  /** Before `isAckDue`, for segments in order: how they are spaced sets the ACK timeout. */
  noteData(atMs: number, rtoMs: number): void {
    const gapMs = elapsedMs(this.#lastDataMs, atMs)
    if (this.#ackTimeoutMs === 0) {
      this.#ackTimeoutMs = ATO_MIN_MS
      this.#quickLeft = QUICK_ACKS
    } else if (gapMs <= ATO_MIN_MS / 2) {
      this.#ackTimeoutMs = this.#ackTimeoutMs / 2 + ATO_MIN_MS / 2
    } else if (gapMs < this.#ackTimeoutMs) {
      this.#ackTimeoutMs = Math.min(this.#ackTimeoutMs / 2 + gapMs, rtoMs)
    } else if (gapMs > rtoMs) {
      this.#quickLeft = QUICK_ACKS
    }
    this.#lastDataMs = atMs
  }

  /** tcp_send_delayed_ack: at most one RTT, yet at least 40 ms. */
  delayMs(srttMs: number): number {
    const longestMs = this.#interactive || srttMs === 0 ? DELAYED_ACK_MAX_MS : Math.max(srttMs, ATO_MIN_MS)
    return Math.min(this.#ackTimeoutMs, longestMs, DELAYED_ACK_MAX_MS)
  }

  /** The delay is over and nothing took the ACK along. */
  missed(rtoMs: number): void {
    if (!this.#interactive) this.#ackTimeoutMs = Math.min(2 * this.#ackTimeoutMs, rtoMs)
    else this.#ackTimeoutMs = ATO_MIN_MS
    this.#interactive = false
  }

  acknowledged(): void {
    this.#unacknowledgedBytes = 0
    if (this.#quickLeft === 0) return
    this.#quickLeft -= 1
    if (this.#quickLeft === 0) this.#ackTimeoutMs = ATO_MIN_MS
  }

  /** Data leaves this end: soon after some has come, it is an answer. */
  noteAnswer(nowMs: number): void {
    if (this.#ackTimeoutMs > 0 && elapsedMs(this.#lastDataMs, nowMs) < this.#ackTimeoutMs) this.#interactive = true
  }

  #beQuick(): void {
    this.#quickLeft = QUICK_ACKS
    this.#interactive = false
    this.#ackTimeoutMs = ATO_MIN_MS
  }
}
