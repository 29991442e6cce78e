export type JitterBufferOptions = {
  /** How long a missing packet is waited for, from the arrival of the first one after it. */
  readonly waitMs: number
  /** Extended sequence number of the first packet to give, where the session tells it; else the first that comes. */
  readonly firstSequenceNumber?: number
  /** Packets held at most; beyond, the oldest gap is given up at once. */
  readonly maxPackets?: number
}

/** What a track's packets have become: in order, each once, and what is given up between them. */
export type Released<P> =
  | { readonly kind: 'packet'; readonly packet: P; readonly lostBefore: boolean; readonly sequenceNumber: number }
  | { readonly kind: 'lost'; readonly firstSequenceNumber: number; readonly packets: number }

type Held<P> = { readonly packet: P; readonly arrivalMs: number }

const DEFAULT_MAX_PACKETS = 4096

/** Puts one track's packets in order by their extended sequence numbers. A gap is waited for and then told as lost;
 *  what comes after that is late: discarded and counted, since its place in the stream has passed. */
export class JitterBuffer<P> {
  readonly #waitMs: number
  readonly #maxPackets: number
  readonly #held = new Map<number, Held<P>>() // behind a gap, by extended sequence number
  #next: number | undefined // the one to release
  #lostBefore = false
  #giveUpMs = Infinity // of the oldest gap
  latePackets = 0
  duplicatePackets = 0

  constructor({ waitMs, firstSequenceNumber, maxPackets = DEFAULT_MAX_PACKETS }: JitterBufferOptions) {
    this.#waitMs = waitMs
    this.#maxPackets = maxPackets
    this.#next = firstSequenceNumber
  }

  /** A packet has come; gives what can be released now. */
  push(sequenceNumber: number, packet: P, nowMs: number): Released<P>[] {
    this.#next ??= sequenceNumber
    if (sequenceNumber === this.#next && this.#held.size === 0) return [this.#release(sequenceNumber, packet)]
    if (sequenceNumber < this.#next) this.latePackets += 1
    else if (this.#held.has(sequenceNumber)) this.duplicatePackets += 1
    else this.#hold(sequenceNumber, { packet, arrivalMs: nowMs })
    return this.advance(nowMs)
  }

  /** Gives up the gaps whose time has passed. */
  advance(nowMs: number): Released<P>[] {
    const released = this.#releaseInOrder()
    while (this.#held.size > 0 && (this.#giveUpMs <= nowMs || this.#held.size > this.#maxPackets)) {
      released.push(this.#giveUpGap(), ...this.#releaseInOrder())
    }
    return released
  }

  /** When the oldest gap will be given up, or Infinity. */
  nextEventMs(): number {
    return this.#giveUpMs
  }

  /** Gives up all gaps: the stream has ended with packet `lastSequenceNumber`, or a seek leaves it. */
  finish(lastSequenceNumber?: number): Released<P>[] {
    const released = this.advance(Infinity)
    if (lastSequenceNumber === undefined || this.#next === undefined || lastSequenceNumber < this.#next) return released
    const packets = lastSequenceNumber - this.#next + 1
    released.push({ kind: 'lost', firstSequenceNumber: this.#next, packets })
    this.#next = lastSequenceNumber + 1
    this.#lostBefore = true
    return released
  }

  #hold(sequenceNumber: number, held: Held<P>): void {
    this.#held.set(sequenceNumber, held)
    if (this.#held.size === 1) this.#giveUpMs = held.arrivalMs + this.#waitMs
  }

  #releaseInOrder(): Released<P>[] {
    const released: Released<P>[] = []
    if (this.#next === undefined) return released
    for (let held = this.#held.get(this.#next); held !== undefined; held = this.#held.get(this.#next)) {
      this.#held.delete(this.#next)
      released.push(this.#release(this.#next, held.packet))
    }
    if (released.length > 0) this.#findGiveUpMs()
    return released
  }

  #findGiveUpMs(): void {
    const [earliest] = this.#held.values() // a Map keeps the order of insertion, here that of arrival
    this.#giveUpMs = earliest === undefined ? Infinity : earliest.arrivalMs + this.#waitMs
  }

  #release(sequenceNumber: number, packet: P): Released<P> {
    const released = { kind: 'packet' as const, packet, lostBefore: this.#lostBefore, sequenceNumber }
    this.#lostBefore = false
    this.#next = sequenceNumber + 1
    return released
  }

  #giveUpGap(): Released<P> {
    const firstSequenceNumber = this.#next as number
    let lowest = Infinity
    for (const sequenceNumber of this.#held.keys()) lowest = Math.min(lowest, sequenceNumber)
    this.#next = lowest
    this.#lostBefore = true
    return { kind: 'lost', firstSequenceNumber, packets: this.#next - firstSequenceNumber }
  }
}
