/** How the losses of one stream lie, RFC 3611 section 4.7.2. A burst is the longest run of packets that begins and ends
 *  with a missing one and holds no 16 in a row that came; all else is gap. Lost and discarded are both missing. */
export type BurstGap = {
  readonly bursts: number
  readonly burstDensity: number // missing of the packets in bursts, 0 to 1
  readonly gapDensity: number // missing of the packets outside of bursts, 0 to 1
  readonly meanBurstPackets: number
  readonly meanGapPackets: number
}

/** Gmin, the value that the RFC recommends: so many packets received in a row end a burst. */
export const GMIN_PACKETS = 16

/** The same in packets. */
export type BurstSums = {
  readonly bursts: number
  readonly burstPackets: number // within bursts, those that came counted in
  readonly missingInBursts: number
  readonly missingInGaps: number
}

type Group = { firstPacket: number; lastPacket: number; missingPackets: number }

/** The fold over the missing packets of a stream, in their order. A missing packet alone is no burst. */
export class BurstGapFold {
  #group: Group | undefined // of missing packets less than Gmin apart, the newest
  #bursts = 0
  #burstPackets = 0
  #missingInBursts = 0
  #missingInGaps = 0

  /** So many in a row from this one on are missing; packets count from the stream's first and never wrap. */
  lose(firstPacket: number, packets: number): void {
    const lastPacket = firstPacket + packets - 1
    const group = this.#group
    if (group !== undefined && firstPacket - group.lastPacket - 1 < GMIN_PACKETS) {
      group.lastPacket = lastPacket
      group.missingPackets += packets
      return
    }
    this.beginAnew()
    this.#group = { firstPacket, lastPacket, missingPackets: packets }
  }

  /** What comes now does not go on from what came before: a seek. */
  beginAnew(): void {
    const sums = this.sums()
    this.#group = undefined
    this.#bursts = sums.bursts
    this.#burstPackets = sums.burstPackets
    this.#missingInBursts = sums.missingInBursts
    this.#missingInGaps = sums.missingInGaps
  }

  /** Of so many packets that were expected; undefined while there are none. */
  of(expectedPackets: number): BurstGap | undefined {
    if (expectedPackets === 0) return undefined
    const { bursts, burstPackets, missingInBursts, missingInGaps } = this.sums()
    const gapPackets = Math.max(0, expectedPackets - burstPackets)
    return {
      bursts,
      burstDensity: ratio(missingInBursts, burstPackets),
      gapDensity: ratio(missingInGaps, gapPackets),
      meanBurstPackets: ratio(burstPackets, bursts),
      meanGapPackets: gapPackets / Math.max(1, bursts), // as appendix A.2 of the RFC divides
    }
  }

  /** Once the newest group has ended. */
  sums(): BurstSums {
    const group = this.#group
    const isBurst = group !== undefined && group.missingPackets > 1
    return {
      bursts: this.#bursts + (isBurst ? 1 : 0),
      burstPackets: this.#burstPackets + (isBurst ? group.lastPacket - group.firstPacket + 1 : 0),
      missingInBursts: this.#missingInBursts + (isBurst ? group.missingPackets : 0),
      missingInGaps: this.#missingInGaps + (isBurst ? 0 : (group?.missingPackets ?? 0)),
    }
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
