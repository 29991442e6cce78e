import { BurstGapFold } from './burst-gap.ts'

/** How the losses of a stream lie, in packets, RFC 3611 section 4.7.2. */
export type BurstFigures = {
  readonly bursts: number
  readonly burstPackets: number // within bursts, received ones counted in
  readonly burstLostPackets: number
  readonly gapPackets: number // all others
  readonly gapLostPackets: number
  readonly longestLossPackets: number // lost one right after the other
}

/** Counts bursts and gaps of packets in order, each received or lost. */
export class LossBursts {
  readonly #fold = new BurstGapFold()
  #packets = 0
  #lossRun = 0
  #longestLossPackets = 0

  receive(): void {
    this.#packets += 1
    this.#lossRun = 0
  }

  lose(packets: number): void {
    this.#fold.lose(this.#packets, packets)
    this.#packets += packets
    this.#lossRun += packets
    this.#longestLossPackets = Math.max(this.#longestLossPackets, this.#lossRun)
  }

  /** With the burst that is open. */
  figures(): BurstFigures {
    const { bursts, burstPackets, missingInBursts, missingInGaps } = this.#fold.sums()
    return {
      bursts,
      burstPackets,
      burstLostPackets: missingInBursts,
      gapPackets: this.#packets - burstPackets,
      gapLostPackets: missingInGaps,
      longestLossPackets: this.#longestLossPackets,
    }
  }
}
