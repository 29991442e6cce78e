import { InterarrivalJitter } from '../protocol/interarrival-jitter.ts'
import { extendSequenceNumber, sequenceDistance } from '../protocol/rtp.ts'

export type ReceptionOptions = {
  readonly clockRateHz: number
  /** Of the first packet sent, where the session tells it (RTP-Info). Then there is no probation, a lost first packet
   *  counts, and so does an outage of up to 32,767 packets. Without it two packets in sequence make a source valid, and
   *  after a jump of 3,000 or more two in sequence make it a restarted one: RFC 3550 appendix A.1. */
  readonly firstSequenceNumber?: number
}

/** What a packet is to the stream: its extended sequence number (cycles above, 16 bits below), or why it has none. */
export type Arrival =
  | { readonly kind: 'new' | 'duplicate'; readonly extendedSequenceNumber: number }
  | { readonly kind: 'probation' | 'out-of-range' }

/** The fields of an RTCP report block that a receiver measures, RFC 3550 section 6.4.1. */
export type ReceptionReport = {
  readonly fractionLost: number // of 256, since the report before
  readonly cumulativePacketsLost: number // 24 bits, signed: duplicates count as received
  readonly extendedHighestSequenceNumber: number
  readonly jitterTicks: number
}

const MAX_DROPOUT = 3000
const MAX_MISORDER = 100
const HALF_WAY_ROUND = 0x8000
const REMEMBERED_PACKETS = 1024 // a power of two above MAX_MISORDER

/** What one SSRC's packets tell of the way they came: RFC 3550 appendix A.1 (sequence numbers), A.3 (loss), A.8 (jitter).
 *  Feed packets in arrival order, repeated ones too. */
export class ReceptionStatistics {
  readonly #jitter: InterarrivalJitter
  readonly #maxDropout: number
  readonly #seen = new Float64Array(REMEMBERED_PACKETS).fill(-1) // extended sequence numbers by their low bits
  #base: number | undefined // extended sequence number of the first packet
  #highest = -1
  #believedNext: number | undefined // during probation, and after a jump: the number that makes it believed
  #jitterTimestamp: number | undefined
  #reportedExpected = 0
  #reportedReceived = 0
  /** All that came, repeated ones counted again. */
  receivedPackets = 0
  duplicatePackets = 0
  /** Came after a packet with a higher sequence number. */
  reorderedPackets = 0

  constructor({ clockRateHz, firstSequenceNumber }: ReceptionOptions) {
    this.#jitter = new InterarrivalJitter(clockRateHz)
    this.#maxDropout = firstSequenceNumber === undefined ? MAX_DROPOUT : HALF_WAY_ROUND
    if (firstSequenceNumber !== undefined) this.#begin(firstSequenceNumber)
  }

  get uniquePackets(): number {
    return this.receivedPackets - this.duplicatePackets
  }

  get expectedPackets(): number {
    return this.#base === undefined ? 0 : this.#highest - this.#base + 1
  }

  /** Never came, as far as the highest sequence number tells; repeated packets do not make up for missing ones. */
  get lostPackets(): number {
    return this.expectedPackets - this.uniquePackets
  }

  /** Extended; one less than the first one's before that has come. */
  get highestSequenceNumber(): number {
    return this.#highest
  }

  get jitterTicks(): number {
    return this.#jitter.ticks
  }

  add(sequenceNumber: number, timestampTicks: number, arrivalMs: number): Arrival {
    const refusal = this.#refusalOf(sequenceNumber)
    if (refusal !== undefined) return { kind: refusal }
    const extendedSequenceNumber = extendSequenceNumber(sequenceNumber, this.#highest)
    const isNew = this.#count(extendedSequenceNumber, timestampTicks, arrivalMs)
    return { kind: isNew ? 'new' : 'duplicate', extendedSequenceNumber }
  }

  /** In place of `add`, for who wants no object for a packet: the extended sequence number of a new one, else undefined. */
  addNew(sequenceNumber: number, timestampTicks: number, arrivalMs: number): number | undefined {
    if (this.#refusalOf(sequenceNumber) !== undefined) return undefined
    const extendedSequenceNumber = extendSequenceNumber(sequenceNumber, this.#highest)
    return this.#count(extendedSequenceNumber, timestampTicks, arrivalMs) ? extendedSequenceNumber : undefined
  }

  /** The sender has told the last sequence number it sent: what is missing up to there is lost. */
  noteLast(sequenceNumber: number): void {
    const last = extendSequenceNumber(sequenceNumber, this.#highest)
    if (this.#base !== undefined) this.#highest = Math.max(this.#highest, last)
  }

  /** The figures of the next report block; the interval of `fractionLost` ends here. */
  report(): ReceptionReport {
    const expectedInterval = this.expectedPackets - this.#reportedExpected
    const lostInterval = expectedInterval - (this.receivedPackets - this.#reportedReceived)
    this.#reportedExpected = this.expectedPackets
    this.#reportedReceived = this.receivedPackets
    const lost = this.expectedPackets - this.receivedPackets
    return {
      fractionLost:
        expectedInterval === 0 || lostInterval <= 0 ? 0 : Math.floor((lostInterval * 256) / expectedInterval),
      cumulativePacketsLost: Math.max(-0x80_0000, Math.min(0x7f_ffff, lost)),
      extendedHighestSequenceNumber: this.#highest,
      jitterTicks: Math.floor(this.jitterTicks),
    }
  }

  /** Why it is not counted, if it is not. */
  #refusalOf(sequenceNumber: number): 'probation' | 'out-of-range' | undefined {
    if (this.#base === undefined) {
      if (sequenceNumber !== this.#believedNext) return this.#awaitNext(sequenceNumber, 'probation')
      this.#begin(sequenceNumber)
    }
    const distance = sequenceDistance(this.#highest, sequenceNumber)
    if (distance >= this.#maxDropout || distance < -MAX_MISORDER) {
      if (sequenceNumber !== this.#believedNext) return this.#awaitNext(sequenceNumber, 'out-of-range')
      this.#restart(sequenceNumber)
    }
    return undefined
  }

  /** Whether it came for the first time. */
  #count(extendedSequenceNumber: number, timestampTicks: number, arrivalMs: number): boolean {
    this.receivedPackets += 1
    const slot = extendedSequenceNumber & (REMEMBERED_PACKETS - 1)
    if (this.#seen[slot] === extendedSequenceNumber) {
      this.duplicatePackets += 1
      return false
    }
    this.#seen[slot] = extendedSequenceNumber
    if (extendedSequenceNumber < this.#highest) this.reorderedPackets += 1
    else this.#addJitter(timestampTicks, arrivalMs)
    this.#highest = Math.max(this.#highest, extendedSequenceNumber)
    return true
  }

  /** Only the first packet of each timestamp: the packets of a frame are spread by the sender, that is no jitter. */
  #addJitter(timestampTicks: number, arrivalMs: number): void {
    if (timestampTicks === this.#jitterTimestamp) return
    this.#jitterTimestamp = timestampTicks
    this.#jitter.add(timestampTicks, arrivalMs)
  }

  #awaitNext<Kind extends 'probation' | 'out-of-range'>(sequenceNumber: number, kind: Kind): Kind {
    this.#believedNext = (sequenceNumber + 1) & 0xffff
    return kind
  }

  #begin(firstSequenceNumber: number): void {
    this.#base = firstSequenceNumber
    this.#highest = firstSequenceNumber - 1
    this.#believedNext = undefined
  }

  /** The sender has begun anew: all that was counted belongs to another stream. */
  #restart(firstSequenceNumber: number): void {
    this.#begin(firstSequenceNumber)
    this.#seen.fill(-1)
    this.receivedPackets = 0
    this.duplicatePackets = 0
    this.reorderedPackets = 0
    this.#reportedExpected = 0
    this.#reportedReceived = 0
  }
}
