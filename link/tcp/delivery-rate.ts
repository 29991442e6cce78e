import type { Scoreboard } from './scoreboard.ts'

/** What the newest of the segments that an ACK tells of says about the path. */
export type RateSample = {
  /** How many had arrived when it was sent: tells whether a round trip is over. */
  priorDelivered: number
  /** Segments per ms since then; -1: no valid sample (shorter than the least RTT). */
  segmentsPerMs: number
  isApplicationLimited: boolean
}

/** Delivery rate estimation: draft-ietf-ccwg-bbr section 4.1, net/ipv4/tcp_rate.c in Linux. Beside the scoreboard's ring it
 *  keeps, for each segment in flight, what had arrived when it was sent. */
export class DeliveryRate {
  delivered = 0
  deliveredMs = 0
  readonly #board: Scoreboard
  #applicationLimitedUntil = 0 // in segments delivered; 0: not limited
  #firstSentMs = 0 // of the flight that is being measured
  #priorDelivered = new Int32Array(0)
  #priorMs = new Float64Array(0)
  #firstMs = new Float64Array(0)
  #wasLimited = new Uint8Array(0)
  #newestSegment = -1 // that the ACK tells of
  #newestSentMs = 0
  readonly #sample: RateSample = { priorDelivered: 0, segmentsPerMs: -1, isApplicationLimited: false }

  constructor(board: Scoreboard) {
    this.#board = board
  }

  get isApplicationLimited(): boolean {
    return this.#applicationLimitedUntil > 0
  }

  /** What is in flight is all that there is to send: its rate says little about the path. */
  noteApplicationLimited(): void {
    this.#applicationLimitedUntil = Math.max(this.delivered + this.#board.inFlight, 1)
  }

  /** After the scoreboard has it. */
  sent(segment: number, nowMs: number): void {
    if (this.#priorMs.length < this.#board.capacity) this.#grow()
    if (this.#board.outstanding === 1) {
      this.#firstSentMs = nowMs
      this.deliveredMs = nowMs
    }
    const slot = this.#slot(segment)
    this.#priorDelivered[slot] = this.delivered
    this.#priorMs[slot] = this.deliveredMs
    this.#firstMs[slot] = this.#firstSentMs
    this.#wasLimited[slot] = this.isApplicationLimited ? 1 : 0
  }

  /** Before the scoreboard forgets when it was sent. */
  arrived(segment: number): void {
    this.delivered += 1
    const sentMs = this.#board.sentMs(segment)
    const isNewer = sentMs > this.#newestSentMs || (sentMs === this.#newestSentMs && segment > this.#newestSegment)
    if (this.#newestSegment >= 0 && !isNewer) return
    this.#newestSegment = segment
    this.#newestSentMs = sentMs
  }

  /** After all that an ACK tells of. */
  takeSample(minRttMs: number, nowMs: number): RateSample | undefined {
    if (this.#newestSegment < 0) return undefined
    const slot = this.#slot(this.#newestSegment)
    this.#newestSegment = -1
    if (this.delivered > this.#applicationLimitedUntil) this.#applicationLimitedUntil = 0
    this.deliveredMs = nowMs
    this.#firstSentMs = this.#newestSentMs
    const sendMs = this.#newestSentMs - (this.#firstMs[slot] as number)
    const intervalMs = Math.max(sendMs, nowMs - (this.#priorMs[slot] as number))
    const sample = this.#sample
    sample.priorDelivered = this.#priorDelivered[slot] as number
    sample.isApplicationLimited = this.#wasLimited[slot] === 1
    const isValid = intervalMs > 0 && intervalMs >= minRttMs
    sample.segmentsPerMs = isValid ? (this.delivered - sample.priorDelivered) / intervalMs : -1
    return sample
  }

  #slot(segment: number): number {
    return segment & (this.#priorMs.length - 1)
  }

  #grow(): void {
    const old = { delivered: this.#priorDelivered, prior: this.#priorMs, first: this.#firstMs, was: this.#wasLimited }
    const oldMask = old.prior.length - 1
    const { una, nxt, capacity } = this.#board
    this.#priorDelivered = new Int32Array(capacity)
    this.#priorMs = new Float64Array(capacity)
    this.#firstMs = new Float64Array(capacity)
    this.#wasLimited = new Uint8Array(capacity)
    for (let segment = una; segment < nxt && oldMask >= 0; segment += 1) {
      const [from, to] = [segment & oldMask, this.#slot(segment)]
      this.#priorDelivered[to] = old.delivered[from] as number
      this.#priorMs[to] = old.prior[from] as number
      this.#firstMs[to] = old.first[from] as number
      this.#wasLimited[to] = old.was[from] as number
    }
  }
}
