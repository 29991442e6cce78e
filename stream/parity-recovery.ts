import { decodeParity, recoverPacket, type Parity } from '../protocol/rtp-ulpfec.ts'
import { extendSequenceNumber } from '../protocol/rtp.ts'

/** A packet that had been lost, as it was sent; its number is the extended one. */
export type Recovered = { readonly sequenceNumber: number; readonly datagram: Uint8Array }

export type ParityNews = {
  readonly recovered: readonly Recovered[]
  /** The number right before the group, if nothing has come with it: where every packet is protected, it was that of another
   *  parity packet, and no media are missing. */
  readonly lostParity: number | undefined
}

type Pending = { readonly parity: Parity; readonly sequenceNumbers: readonly number[] } // extended

type Kept = { readonly sequenceNumber: number; readonly datagram: Uint8Array | undefined } // undefined: a parity packet

const KEPT_PACKETS = 256 // a power of two; a mask reaches over 48 numbers
const MAX_PENDING = 64
const NOTHING: readonly Recovered[] = []

/** Gives back single packets that are missing of a group, out of the rest of it and its parity packet (RFC 5109 section 9),
 *  in whatever order these come. Media and parity share SSRC and sequence numbers, which are the extended ones here. */
export class ParityRecovery {
  readonly #ssrc: number
  readonly #kept: (Kept | undefined)[] = [] // by the low bits of their numbers
  #pending: Pending[] = [] // more than one packet of each is missing
  #firstSequenceNumber: number | undefined
  #newestSequenceNumber = -Infinity
  #protectsAll = true // until media were right before a group

  constructor(ssrc: number) {
    this.#ssrc = ssrc
  }

  /** A packet of the media has come; gives what can be recovered now. */
  takeMedia(sequenceNumber: number, datagram: Uint8Array): readonly Recovered[] {
    this.#keep({ sequenceNumber, datagram })
    return this.#pending.length === 0 ? NOTHING : this.#recover()
  }

  /** A parity packet has come. What is none, by its bytes, tells nothing. */
  takeParity(sequenceNumber: number, payload: Uint8Array): ParityNews {
    this.#keep({ sequenceNumber, datagram: undefined })
    const read = decodeParity(payload)
    if (!read.ok) return { recovered: NOTHING, lostParity: undefined }
    const sequenceNumbers = read.value.sequenceNumbers.map((number) => extendSequenceNumber(number, sequenceNumber))
    this.#pending.push({ parity: read.value, sequenceNumbers })
    if (this.#pending.length > MAX_PENDING) this.#pending.shift()
    return { recovered: this.#recover(), lostParity: this.#lostParityBefore(sequenceNumbers[0] as number) }
  }

  #lostParityBefore(groupStart: number): number | undefined {
    const number = groupStart - 1
    const kept = this.#find(number)
    if (kept?.datagram !== undefined) this.#protectsAll = false
    const isLater = this.#firstSequenceNumber !== undefined && number > this.#firstSequenceNumber
    return this.#protectsAll && isLater && kept === undefined ? number : undefined
  }

  /** What has been recovered may be what another parity packet lacked. */
  #recover(): readonly Recovered[] {
    const recovered: Recovered[] = []
    for (let before = -1; before < recovered.length;) {
      before = recovered.length
      this.#pending = this.#pending.filter((pending) => this.#isPending(pending, recovered))
    }
    return recovered
  }

  /** Whether it is still to be tried; what it gives is added to `recovered`. */
  #isPending({ parity, sequenceNumbers }: Pending, recovered: Recovered[]): boolean {
    if (this.#newestSequenceNumber - (sequenceNumbers[0] as number) >= KEPT_PACKETS) return false
    const others: Uint8Array[] = []
    let missing: number | undefined
    for (const sequenceNumber of sequenceNumbers) {
      const datagram = this.#find(sequenceNumber)?.datagram
      if (datagram !== undefined) others.push(datagram)
      else if (missing === undefined) missing = sequenceNumber
      else return true
    }
    if (missing === undefined) return false
    const datagram = recoverPacket(parity, { sequenceNumber: missing & 0xffff, ssrc: this.#ssrc }, others)
    if (datagram === undefined) return false
    this.#keep({ sequenceNumber: missing, datagram })
    recovered.push({ sequenceNumber: missing, datagram })
    return false
  }

  #keep(kept: Kept): void {
    this.#firstSequenceNumber ??= kept.sequenceNumber
    this.#newestSequenceNumber = Math.max(this.#newestSequenceNumber, kept.sequenceNumber)
    this.#kept[kept.sequenceNumber & (KEPT_PACKETS - 1)] = kept
  }

  #find(sequenceNumber: number): Kept | undefined {
    const kept = this.#kept[sequenceNumber & (KEPT_PACKETS - 1)]
    return kept?.sequenceNumber === sequenceNumber ? kept : undefined
  }
}
