export const SACKED = 1
export const LOST = 2
export const RETRANSMITTED = 4 // a retransmission is under way
export const EVER_RETRANSMITTED = 8

const NONE = -1
const FIRST_CAPACITY = 32 // a power of two, so that `&` wraps

/** What has been sent and not yet acknowledged: segments `una` to `nxt - 1`, each with its marks and the moment it was
 *  last sent. A ring over what is in flight, however long the stream is. RFC 6675 section 3, with Linux's counters. */
export class Scoreboard {
  una = 0
  nxt = 0
  sacked = 0
  lost = 0
  retransmitted = 0
  /** One past the highest segment that has been SACKed. */
  sackedEnd = 0
  /** The oldest transmission that nothing has been heard of, in order of sending; -1: none. */
  oldestSent = NONE
  /** Every loss that was ever marked, those of retransmissions too. */
  totalLost = 0
  #newestSent = NONE
  #firstLost = 0 // no segment before it waits to be sent again
  #mask = FIRST_CAPACITY - 1
  #marks = new Uint8Array(FIRST_CAPACITY)
  #payloadBytes = new Uint16Array(FIRST_CAPACITY)
  #sentMs = new Float64Array(FIRST_CAPACITY)
  #sentAfter = new Int32Array(FIRST_CAPACITY) // the segment sent next after this one
  #sentBefore = new Int32Array(FIRST_CAPACITY)

  get outstanding(): number {
    return this.nxt - this.una
  }

  /** Segments that the network is thought to hold: RFC 6675's pipe, Linux's tcp_packets_in_flight. */
  get inFlight(): number {
    return this.nxt - this.una - this.sacked - this.lost + this.retransmitted
  }

  get capacity(): number {
    return this.#mask + 1
  }

  marks(segment: number): number {
    return this.#marks[segment & this.#mask] as number
  }

  sentMs(segment: number): number {
    return this.#sentMs[segment & this.#mask] as number
  }

  payloadBytes(segment: number): number {
    return this.#payloadBytes[segment & this.#mask] as number
  }

  sentNextAfter(segment: number): number {
    return this.#sentAfter[segment & this.#mask] as number
  }

  /** A new segment at the end. */
  append(payloadBytes: number, nowMs: number): number {
    if (this.nxt - this.una > this.#mask) this.#grow()
    const segment = this.nxt
    this.nxt += 1
    const slot = segment & this.#mask
    this.#marks[slot] = 0
    this.#payloadBytes[slot] = payloadBytes
    this.#sentMs[slot] = nowMs
    this.#linkNewest(segment)
    return segment
  }

  /** The segment is on its way again; `counted`: as a retransmission of a lost one, which a loss probe is not. */
  resend(segment: number, nowMs: number, counted: boolean): void {
    const slot = segment & this.#mask
    if (this.#isLinked(segment)) this.#unlink(segment)
    this.#sentMs[slot] = nowMs
    this.#marks[slot] = (this.#marks[slot] as number) | EVER_RETRANSMITTED | (counted ? RETRANSMITTED : 0)
    if (counted) this.retransmitted += 1
    this.#linkNewest(segment)
  }

  /** Takes the oldest segment off; gives its marks as they were. */
  acknowledgeOldest(): number {
    const segment = this.una
    const marks = this.#marks[segment & this.#mask] as number
    if (marks & SACKED) this.sacked -= 1
    if (marks & LOST) this.lost -= 1
    if (marks & RETRANSMITTED) this.retransmitted -= 1
    if (this.#isLinked(segment)) this.#unlink(segment)
    this.una += 1
    return marks
  }

  /** The segment has arrived out of order. */
  sack(segment: number): void {
    const slot = segment & this.#mask
    const marks = this.#marks[slot] as number
    if (marks & LOST) this.lost -= 1
    if (marks & RETRANSMITTED) this.retransmitted -= 1
    this.#marks[slot] = (marks & EVER_RETRANSMITTED) | SACKED
    this.sacked += 1
    if (segment >= this.sackedEnd) this.sackedEnd = segment + 1
    if (this.#isLinked(segment)) this.#unlink(segment)
  }

  /** The segment, or its retransmission, is lost: to be sent again. */
  markLost(segment: number): void {
    const slot = segment & this.#mask
    const marks = this.#marks[slot] as number
    if (marks & RETRANSMITTED) this.retransmitted -= 1
    if (!(marks & LOST)) this.lost += 1
    this.totalLost += 1
    if (segment < this.#firstLost) this.#firstLost = segment
    this.#marks[slot] = (marks & ~RETRANSMITTED) | LOST
    if (this.#isLinked(segment)) this.#unlink(segment)
  }

  /** The first segment that waits to be sent again; -1: none. */
  nextLost(): number {
    let segment = Math.max(this.#firstLost, this.una)
    while (segment < this.nxt && (this.marks(segment) & (LOST | RETRANSMITTED)) !== LOST) segment += 1
    this.#firstLost = segment
    return segment < this.nxt ? segment : NONE
  }

  /** The loss was none: what waits to be sent again is taken as still under way. */
  clearLost(): void {
    for (let segment = this.una; segment < this.nxt; segment += 1) {
      const slot = segment & this.#mask
      this.#marks[slot] = (this.#marks[slot] as number) & ~LOST
    }
    this.lost = 0
  }

  #isLinked(segment: number): boolean {
    const slot = segment & this.#mask
    return this.oldestSent === segment || (this.#sentBefore[slot] as number) !== NONE
  }

  #linkNewest(segment: number): void {
    const slot = segment & this.#mask
    this.#sentAfter[slot] = NONE
    this.#sentBefore[slot] = this.#newestSent
    if (this.#newestSent === NONE) this.oldestSent = segment
    else this.#sentAfter[this.#newestSent & this.#mask] = segment
    this.#newestSent = segment
  }

  #unlink(segment: number): void {
    const slot = segment & this.#mask
    const [before, after] = [this.#sentBefore[slot] as number, this.#sentAfter[slot] as number]
    if (before === NONE) this.oldestSent = after
    else this.#sentAfter[before & this.#mask] = after
    if (after === NONE) this.#newestSent = before
    else this.#sentBefore[after & this.#mask] = before
    this.#sentBefore[slot] = NONE
  }

  #grow(): void {
    const capacity = 2 * this.capacity
    const move = <Column extends Uint8Array | Uint16Array | Int32Array | Float64Array>(old: Column, column: Column) => {
      for (let segment = this.una; segment < this.nxt; segment += 1) {
        column[segment & (capacity - 1)] = old[segment & this.#mask] as number
      }
      return column
    }
    this.#marks = move(this.#marks, new Uint8Array(capacity))
    this.#payloadBytes = move(this.#payloadBytes, new Uint16Array(capacity))
    this.#sentMs = move(this.#sentMs, new Float64Array(capacity))
    this.#sentAfter = move(this.#sentAfter, new Int32Array(capacity))
    this.#sentBefore = move(this.#sentBefore, new Int32Array(capacity))
    this.#mask = capacity - 1
  }
}
