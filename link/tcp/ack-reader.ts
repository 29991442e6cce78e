import type { AckFacts } from './ack-facts.ts'
import type { PathModel } from './congestion-control.ts'
import type { LossRecovery } from './loss-recovery.ts'
import type { Rack } from './rack.ts'
import type { RttEstimator } from './rtt.ts'
import { EVER_RETRANSMITTED, SACKED, type Scoreboard } from './scoreboard.ts'
import type { Sack, TcpPacket } from './tcp-packet.ts'

/** Marks on the scoreboard what an ACK tells, and gathers the facts for those who act on it.
 *  Linux: tcp_sacktag_write_queue, tcp_clean_rtx_queue. */
export class AckReader {
  readonly #board: Scoreboard
  readonly #rack: Rack
  readonly #rtt: RttEstimator
  readonly #recovery: LossRecovery
  readonly #model: PathModel | undefined
  #lastBlocks: readonly number[] = [] // of the ACK before: what lies in them is marked already
  #duplicates = 0

  constructor(
    { board, rack, rtt }: { readonly board: Scoreboard; readonly rack: Rack; readonly rtt: RttEstimator },
    recovery: LossRecovery,
    model: PathModel | undefined,
  ) {
    this.#board = board
    this.#rack = rack
    this.#rtt = rtt
    this.#recovery = recovery
    this.#model = model
  }

  /** Gives the payload that is acknowledged for good. `retransmissions`: all that were ever sent. */
  read(packet: TcpPacket, facts: AckFacts, probeEnd: number, retransmissions: number, nowMs: number): number {
    const board = this.#board
    const { sack } = packet
    const sackedEnd = board.sacked > 0 ? board.sackedEnd : board.una
    if (sack !== undefined) {
      this.#readSack(sack, facts, sackedEnd, nowMs)
      if (sack.duplicateFirst) this.#readDuplicate(sack, facts, probeEnd, retransmissions)
    }
    let bytes = 0
    while (board.una < packet.ack) {
      bytes += board.payloadBytes(board.una)
      this.#readOldest(facts, sackedEnd, nowMs)
    }
    facts.hasAdvanced = board.una > facts.priorUna
    this.#rack.adjustWindow(board)
    return bytes
  }

  #readOldest(facts: AckFacts, sackedEnd: number, nowMs: number): void {
    const board = this.#board
    const segment = board.una
    const sentMs = board.sentMs(segment)
    const marks = board.marks(segment)
    if (!(marks & SACKED)) {
      const isFirstCopy = (marks & EVER_RETRANSMITTED) !== 0 && facts.echoMs < Math.floor(sentMs)
      this.#noteArrival(segment, sentMs, marks, facts, isFirstCopy, nowMs) // tcp_skb_spurious_retrans
    }
    board.acknowledgeOldest()
    if (marks & EVER_RETRANSMITTED) {
      facts.hasAckedRetransmission = true
    } else if (!(marks & SACKED)) {
      if (facts.firstAckedSentMs < 0) facts.firstAckedSentMs = sentMs
      facts.lastAckedSentMs = sentMs
      if (segment < sackedEnd) this.#rack.noteReordering(sackedEnd - segment)
    }
  }

  #readSack({ blocks, duplicateFirst }: Sack, facts: AckFacts, sackedEnd: number, nowMs: number): void {
    for (let index = duplicateFirst ? 2 : 0; index < blocks.length; index += 2) {
      const [start, end] = [blocks[index] as number, blocks[index + 1] as number]
      const known = this.#knownWithin(start, end)
      for (let segment = Math.max(start, this.#board.una); segment < end; segment += 1) {
        if (known >= 0 && segment === this.#lastBlocks[known]) segment = this.#lastBlocks[known + 1] as number
        if (segment >= end) break
        if (!(this.#board.marks(segment) & SACKED)) this.#readSacked(segment, facts, sackedEnd, nowMs)
      }
    }
    this.#lastBlocks = duplicateFirst ? blocks.slice(2) : blocks
  }

  #knownWithin(start: number, end: number): number {
    const blocks = this.#lastBlocks
    for (let index = 0; index < blocks.length; index += 2) {
      if ((blocks[index] as number) >= start && (blocks[index + 1] as number) <= end) return index
    }
    return -1
  }

  #readSacked(segment: number, facts: AckFacts, sackedEnd: number, nowMs: number): void {
    const sentMs = this.#board.sentMs(segment)
    const marks = this.#board.marks(segment)
    this.#noteArrival(segment, sentMs, marks, facts, false, nowMs) // TSecr is not of what came out of order
    this.#board.sack(segment)
    facts.newlySacked += 1
    if (marks & EVER_RETRANSMITTED) return
    if (facts.firstSackedSentMs < 0) facts.firstSackedSentMs = sentMs
    facts.lastSackedSentMs = sentMs
    if (segment < sackedEnd) this.#rack.noteReordering(sackedEnd - segment)
  }

  #noteArrival(
    segment: number,
    sentMs: number,
    marks: number,
    facts: AckFacts,
    isFirstCopy: boolean,
    nowMs: number,
  ): void {
    if (this.#model !== undefined) this.#model.arrived(segment)
    facts.delivered += 1
    const isRetransmission = (marks & EVER_RETRANSMITTED) !== 0
    if (!isRetransmission && this.#recovery.isBeforeRecoveryPoint(segment)) facts.hasOriginalArrived = true
    if (!isFirstCopy) this.#rack.advance(segment, sentMs, marks, nowMs, this.#rtt.minRttMs)
  }

  /** RFC 2883: the first block is of a segment that arrived twice. More of them than we sent twice: the network's. */
  #readDuplicate({ blocks }: Sack, facts: AckFacts, probeEnd: number, retransmissions: number): void {
    this.#duplicates += 1
    if (this.#duplicates > retransmissions) return
    const segment = blocks[0] as number
    facts.isDuplicateTold = true
    facts.isProbeDuplicate = segment + 1 === probeEnd
    this.#recovery.undo.noteDuplicate(segment)
    if (!facts.isProbeDuplicate) this.#rack.noteDuplicate()
  }
}
