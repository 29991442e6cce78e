import type { RttEstimator } from './rtt.ts'
import { EVER_RETRANSMITTED, LOST, RETRANSMITTED, SACKED, type Scoreboard } from './scoreboard.ts'

const DUPLICATE_THRESHOLD = 3 // RFC 5681 section 3.2
const PERSIST_RECOVERIES = 16 // RFC 8985 section 6.2, step 4
const MOST_STEPS = 255

/** What RACK goes by besides the scoreboard; `isRecovering` after a fast retransmission or a timeout. */
export type RackView = { readonly isRecovering: boolean; readonly rtt: RttEstimator }

/** RACK (RFC 8985): a segment is lost when one sent later has arrived and a reordering window has passed. */
export class Rack {
  /** The latest sent of the segments that have arrived. */
  #sentMs = -Infinity
  #segment = -1
  #rttMs = 0
  #hasAdvanced = false
  /** Reordering has been seen, and how far it went, in segments. */
  hasSeenReordering = false
  reorderingSegments = DUPLICATE_THRESHOLD
  #windowSteps = 1
  #persist = 0
  #dsackSeen = false
  #adjustedAt = 0 // segment after which another DSACK counts

  /** RFC 8985 section 6.2, step 2: `sentMs` of a segment that has just arrived. */
  advance(segment: number, sentMs: number, marks: number, nowMs: number, minRttMs: number): void {
    const rttMs = nowMs - sentMs
    if (marks & EVER_RETRANSMITTED && rttMs < minRttMs) return // it was the first copy that arrived
    this.#hasAdvanced = true
    this.#rttMs = rttMs
    if (!isSentAfter(sentMs, segment, this.#sentMs, this.#segment)) return
    this.#sentMs = sentMs
    this.#segment = segment
  }

  noteReordering(distanceSegments: number): void {
    this.hasSeenReordering = true
    this.reorderingSegments = Math.max(this.reorderingSegments, distanceSegments)
  }

  /** A retransmission was not needed: wider windows for a while (step 4). */
  noteDuplicate(): void {
    if (this.hasSeenReordering) this.#dsackSeen = true
  }

  adjustWindow({ una, nxt }: Scoreboard): void {
    if (this.#dsackSeen && una >= this.#adjustedAt) {
      this.#windowSteps = Math.min(this.#windowSteps + 1, MOST_STEPS)
      this.#adjustedAt = nxt
      this.#persist = PERSIST_RECOVERIES
    } else if (this.#persist === 0) {
      this.#windowSteps = 1
    }
    this.#dsackSeen = false
  }

  noteRecoveryEnded(): void {
    if (this.#persist > 0) this.#persist -= 1
  }

  /** After an ACK: marks what is lost; gives the longest wait for another look, 0 for none. */
  detectOnAck(board: Scoreboard, view: RackView, nowMs: number): number {
    if (!this.#hasAdvanced) return 0
    this.#hasAdvanced = false
    return this.detect(board, view, nowMs)
  }

  detect(board: Scoreboard, view: RackView, nowMs: number): number {
    const windowMs = this.#windowMs(board, view)
    let waitMs = 0
    for (let segment = board.oldestSent; segment >= 0;) {
      const next = board.sentNextAfter(segment)
      const sentMs = board.sentMs(segment)
      if (!isSentAfter(this.#sentMs, this.#segment, sentMs, segment)) break
      const marks = board.marks(segment)
      if (!(marks & LOST) || marks & RETRANSMITTED) {
        const leftMs = this.#rttMs + windowMs - (nowMs - sentMs)
        if (leftMs <= 0) board.markLost(segment)
        else waitMs = Math.max(waitMs, leftMs)
      }
      segment = next
    }
    return waitMs
  }

  /** After a timeout the head is lost, and all that is overdue (section 6.3); what was sent a moment ago is not. */
  markTimedOut(board: Scoreboard, nowMs: number): void {
    for (let segment = board.una; segment < board.nxt; segment += 1) {
      if (board.marks(segment) & SACKED) continue
      const isOverdue = this.#rttMs - (nowMs - board.sentMs(segment)) <= 0
      if (segment === board.una || isOverdue) board.markLost(segment)
    }
  }

  /** tcp_rack_reo_wnd: none while three are SACKed or recovery is on, unless reordering is known here. */
  #windowMs(board: Scoreboard, { isRecovering, rtt }: RackView): number {
    if (!this.hasSeenReordering && (isRecovering || board.sacked >= DUPLICATE_THRESHOLD)) return 0
    return Math.min((rtt.minRttMs / 4) * this.#windowSteps, rtt.srttMs)
  }
}

function isSentAfter(sentMs: number, segment: number, otherSentMs: number, otherSegment: number): boolean {
  return sentMs > otherSentMs || (sentMs === otherSentMs && segment > otherSegment)
}
