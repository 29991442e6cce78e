/** What a parity packet says of its group: of which packets it was made, as extended sequence numbers in order, and how the one
 *  that is missing follows from all others; undefined: it cannot be right. */
export type ProtectedGroup<Packet> = {
  readonly sequenceNumbers: readonly number[]
  readonly recover: (missing: number, others: readonly Packet[]) => Packet | undefined
}

/** A packet that had been lost, as it was sent; its number is the extended one. */
export type RecoveredPacket<Packet> = { readonly sequenceNumber: number; readonly packet: Packet }

export type GroupNews<Packet> = {
  readonly recovered: readonly RecoveredPacket<Packet>[]
  /** The number right before the group, if nothing has come with it: where every packet is protected, it was that of another
   *  parity packet, and no media are missing. */
  readonly lostParity: number | undefined
}

type Kept<Packet> = { readonly sequenceNumber: number; readonly packet: Packet | undefined } // undefined: a parity packet

const KEPT_PACKETS = 256 // a power of two; a mask reaches over 48 numbers
const MAX_PENDING = 64

/** Gives back single packets that are missing of a group, out of the rest of it and its parity packet (RFC 5109 section 9),
 *  in whatever order these come. Media and parity share sequence numbers, which are the extended ones here. What a packet is,
 *  bytes or a place in virtual time, is its owner's matter. */
export class GroupRecovery<Packet> {
  readonly #kept: (Kept<Packet> | undefined)[] = [] // by the low bits of their numbers
  #pending: ProtectedGroup<Packet>[] = [] // more than one packet of each is missing
  #firstSequenceNumber: number | undefined
  #newestSequenceNumber = -Infinity
  #protectsAll = true // until media were right before a group

  /** A packet of the media has come; gives what can be recovered now. */
  takeMedia(sequenceNumber: number, packet: Packet): readonly RecoveredPacket<Packet>[] {
    this.#keep({ sequenceNumber, packet })
    return this.#pending.length === 0 ? [] : this.#recover()
  }

  /** A parity packet has come; undefined: one that tells nothing. */
  takeParity(sequenceNumber: number, group: ProtectedGroup<Packet> | undefined): GroupNews<Packet> {
    this.#keep({ sequenceNumber, packet: undefined })
    if (group === undefined) return { recovered: [], lostParity: undefined }
    this.#pending.push(group)
    if (this.#pending.length > MAX_PENDING) this.#pending.shift()
    return { recovered: this.#recover(), lostParity: this.#lostParityBefore(group.sequenceNumbers[0] as number) }
  }

  #lostParityBefore(groupStart: number): number | undefined {
    const number = groupStart - 1
    const kept = this.#find(number)
    if (kept?.packet !== undefined) this.#protectsAll = false
    const isLater = this.#firstSequenceNumber !== undefined && number > this.#firstSequenceNumber
    return this.#protectsAll && isLater && kept === undefined ? number : undefined
  }

  /** What has been recovered may be what another parity packet lacked. */
  #recover(): readonly RecoveredPacket<Packet>[] {
    const recovered: RecoveredPacket<Packet>[] = []
    for (let before = -1; before < recovered.length;) {
      before = recovered.length
      this.#pending = this.#pending.filter((pending) => this.#isPending(pending, recovered))
    }
    return recovered
  }

  /** Whether it is still to be tried; what it gives is added to `recovered`. */
  #isPending({ sequenceNumbers, recover }: ProtectedGroup<Packet>, recovered: RecoveredPacket<Packet>[]): boolean {
    if (this.#newestSequenceNumber - (sequenceNumbers[0] as number) >= KEPT_PACKETS) return false
    const others: Packet[] = []
    let missing: number | undefined
    for (const sequenceNumber of sequenceNumbers) {
      const packet = this.#find(sequenceNumber)?.packet
      if (packet !== undefined) others.push(packet)
      else if (missing === undefined) missing = sequenceNumber
      else return true
    }
    if (missing === undefined) return false
    const packet = recover(missing, others)
    if (packet === undefined) return false
    this.#keep({ sequenceNumber: missing, packet })
    recovered.push({ sequenceNumber: missing, packet })
    return false
  }

  #keep(kept: Kept<Packet>): void {
    this.#firstSequenceNumber ??= kept.sequenceNumber
    this.#newestSequenceNumber = Math.max(this.#newestSequenceNumber, kept.sequenceNumber)
    this.#kept[kept.sequenceNumber & (KEPT_PACKETS - 1)] = kept
  }

  #find(sequenceNumber: number): Kept<Packet> | undefined {
    const kept = this.#kept[sequenceNumber & (KEPT_PACKETS - 1)]
    return kept?.sequenceNumber === sequenceNumber ? kept : undefined
  }
}
