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

/** What is held is what will be released; what was lost before it is known by then. */
type Held<P> = { readonly kind: 'packet'; readonly packet: P; lostBefore: boolean; readonly sequenceNumber: number }

const DEFAULT_MAX_PACKETS = 4096
const NOTHING: readonly Released<never>[] = []

/** Puts one track's packets in order by their extended sequence numbers. A gap is waited for and then told as lost;
 *  what comes after that is late: discarded and counted, since its place in the stream has passed. */
export class JitterBuffer<P> {
  readonly #waitMs: number
  readonly #maxPackets: number
  readonly #held: Held<P>[] = [] // behind a gap, in order
  readonly #arrivalsMs: number[] = [] // of those, in the same places
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
  push(sequenceNumber: number, packet: P, nowMs: number): readonly Released<P>[] {
    this.#next ??= sequenceNumber
    const arrived: Held<P> = { kind: 'packet', packet, lostBefore: false, sequenceNumber }
    if (this.#isInOrder(sequenceNumber)) return this.#release([arrived])
    if (sequenceNumber < this.#next) this.latePackets += 1
    else this.#hold(arrived, nowMs)
    return this.advance(nowMs)
  }

  /** In place of `push`, for who wants no list for a packet: whether it is in order with nothing behind it, so that it is
   *  released by this call. */
  passes(sequenceNumber: number): boolean {
    if (this.#lostBefore || !this.#isInOrder(sequenceNumber)) return false
    this.#next = sequenceNumber + 1
    return true
  }

  /** Whether it has neither come nor been given up. */
  awaits(sequenceNumber: number): boolean {
    if (this.#next === undefined || sequenceNumber < this.#next) return false
    return !this.#held.some((held) => held.sequenceNumber === sequenceNumber)
  }

  /** Gives up the gaps whose time has passed. */
  advance(nowMs: number): readonly Released<P>[] {
    if (!this.#hasMoved(nowMs)) return NOTHING
    const released = this.#releaseInOrder()
    while (this.#mustGiveUp(nowMs)) released.push(this.#giveUpGap(), ...this.#releaseInOrder())
    return released
  }

  /** When the oldest gap will be given up, or Infinity. */
  nextEventMs(): number {
    return this.#giveUpMs
  }

  /** Gives up all gaps: the stream has ended with packet `lastSequenceNumber`, or a seek leaves it. */
  finish(lastSequenceNumber?: number): readonly Released<P>[] {
    const released = [...this.advance(Infinity)]
    if (lastSequenceNumber === undefined || this.#next === undefined || lastSequenceNumber < this.#next) return released
    const packets = lastSequenceNumber - this.#next + 1
    released.push({ kind: 'lost', firstSequenceNumber: this.#next, packets })
    this.#next = lastSequenceNumber + 1
    this.#lostBefore = true
    return released
  }

  #isInOrder(sequenceNumber: number): boolean {
    return sequenceNumber === this.#next && this.#held.length === 0
  }

  /** Whether the first that is held is next, or a gap has waited long enough: on most calls neither. */
  #hasMoved(nowMs: number): boolean {
    return this.#held[0]?.sequenceNumber === this.#next || this.#mustGiveUp(nowMs)
  }

  #mustGiveUp(nowMs: number): boolean {
    return this.#held.length > 0 && (this.#giveUpMs <= nowMs || this.#held.length > this.#maxPackets)
  }

  /** Packets come nearly in order: the place is searched from the end. */
  #hold(held: Held<P>, arrivalMs: number): void {
    let place = this.#held.length
    while (place > 0 && (this.#held[place - 1] as Held<P>).sequenceNumber > held.sequenceNumber) place -= 1
    if (this.#held[place - 1]?.sequenceNumber === held.sequenceNumber) {
      this.duplicatePackets += 1
      return
    }
    insert(this.#held, place, held)
    insert(this.#arrivalsMs, place, arrivalMs)
    if (this.#held.length === 1) this.#giveUpMs = arrivalMs + this.#waitMs
  }

  #releaseInOrder(): Released<P>[] {
    let count = 0
    const first = this.#next as number
    while (this.#held[count]?.sequenceNumber === first + count) count += 1
    if (count === 0) return []
    this.#arrivalsMs.splice(0, count)
    this.#giveUpMs = this.#arrivalsMs.reduce((earliestMs, ms) => Math.min(earliestMs, ms), Infinity) + this.#waitMs
    return this.#release(this.#held.splice(0, count))
  }

  /** One or more, in order. */
  #release(held: Held<P>[]): Released<P>[] {
    const first = held[0] as Held<P>
    first.lostBefore = this.#lostBefore
    this.#lostBefore = false
    this.#next = first.sequenceNumber + held.length
    return held
  }

  #giveUpGap(): Released<P> {
    const firstSequenceNumber = this.#next as number
    this.#next = (this.#held[0] as Held<P>).sequenceNumber
    this.#lostBefore = true
    return { kind: 'lost', firstSequenceNumber, packets: this.#next - firstSequenceNumber }
  }
}

/** Mostly at the end, without a list of what was taken out. */
function insert<T>(list: T[], place: number, item: T): void {
  if (place === list.length) list.push(item)
  else list.splice(place, 0, item)
}
