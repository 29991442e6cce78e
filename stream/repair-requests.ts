export type RepairOptions = {
  /** How long a missing packet is of use, from the moment at which it was missed. */
  readonly waitMs: number
  /** Until a first repair has told it. */
  readonly roundTripMs: number
}

type Missing = { readonly untilMs: number; askMs: number; askedMs: number; asked: number }

const PATIENCE = 1.2 // round trips until a packet is asked for again
const LEAST_PAUSE_MS = 10
const MAX_MISSING = 1024
const NEW_SHARE = 0.125 // of a round trip seen, in the mean: RFC 6298's

/** Which packets to ask for again, and when: at once, and anew whenever a round trip brought nothing, as long as the answer
 *  can come in time. What is missing beyond 1,024 packets is an outage, which asking would only make worse. */
export class RepairRequests {
  readonly #waitMs: number
  readonly #missing = new Map<number, Missing>() // by extended sequence number
  #roundTripMs: number
  requestedPackets = 0 // asked for again counted again

  constructor({ waitMs, roundTripMs }: RepairOptions) {
    this.#waitMs = waitMs
    this.#roundTripMs = roundTripMs
  }

  get roundTripMs(): number {
    return this.#roundTripMs
  }

  /** The packets from `first` to `last` have not come, and a later one has. */
  miss(first: number, last: number, nowMs: number): void {
    if (last - first >= MAX_MISSING) return
    for (let sequenceNumber = first; sequenceNumber <= last && this.#missing.size < MAX_MISSING; sequenceNumber += 1) {
      this.#missing.set(sequenceNumber, { untilMs: nowMs + this.#waitMs, askMs: nowMs, askedMs: 0, asked: 0 })
    }
  }

  /** The packet itself has come; whether it was missed. */
  arrive(sequenceNumber: number): boolean {
    return this.#missing.delete(sequenceNumber)
  }

  /** A repair has come; whether it was still missed. A packet asked for once tells the round trip. */
  repair(sequenceNumber: number, nowMs: number): boolean {
    const missing = this.#missing.get(sequenceNumber)
    if (missing === undefined) return false
    this.#missing.delete(sequenceNumber)
    if (missing.asked === 1) this.#roundTripMs += NEW_SHARE * (nowMs - missing.askedMs - this.#roundTripMs)
    return true
  }

  /** What to ask for now, in order. What can no longer come in time is forgotten. */
  due(nowMs: number): number[] {
    const due: number[] = []
    for (const [sequenceNumber, missing] of this.#missing) {
      if (missing.askMs > nowMs) continue
      const isOfUse = nowMs + this.#roundTripMs <= missing.untilMs || missing.asked === 0
      if (nowMs >= missing.untilMs) this.#missing.delete(sequenceNumber)
      else if (!isOfUse) missing.askMs = missing.untilMs
      else due.push(this.#ask(sequenceNumber, missing, nowMs))
    }
    this.requestedPackets += due.length
    return due
  }

  /** Infinity when nothing is missed. */
  nextEventMs(): number {
    let nextMs = Infinity
    for (const { askMs } of this.#missing.values()) nextMs = Math.min(nextMs, askMs)
    return nextMs
  }

  #ask(sequenceNumber: number, missing: Missing, nowMs: number): number {
    missing.asked += 1
    missing.askedMs = nowMs
    missing.askMs = nowMs + Math.max(LEAST_PAUSE_MS, PATIENCE * this.#roundTripMs)
    return sequenceNumber
  }
}
