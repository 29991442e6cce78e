/** RFC 3611 section 4.7.2: so many packets received in a row end a burst. */
export const GAP_MIN_PACKETS = 16

/** How the losses of a stream lie, in packets. A burst begins and ends with a lost packet and holds less than Gmin
 *  received ones in a row; a loss alone between them belongs to the gap around it. */
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
  readonly #closed = { bursts: 0, burstPackets: 0, burstLostPackets: 0, gapLostPackets: 0 }
  #packets = 0
  #openLost = 0 // of the burst that may still go on
  #openPackets = 0 // from its first loss to its last
  #receivedSince = 0 // its last loss
  #lossRun = 0
  #longestLossPackets = 0

  receive(): void {
    this.#packets += 1
    this.#lossRun = 0
    if (this.#openLost === 0) return
    this.#receivedSince += 1
    if (this.#receivedSince === GAP_MIN_PACKETS) this.#close()
  }

  lose(packets: number): void {
    this.#packets += packets
    this.#lossRun += packets
    this.#longestLossPackets = Math.max(this.#longestLossPackets, this.#lossRun)
    this.#openPackets += this.#receivedSince + packets
    this.#openLost += packets
    this.#receivedSince = 0
  }

  /** With the burst that is open. */
  figures(): BurstFigures {
    const isBurst = this.#openLost > 1
    const bursts = this.#closed.bursts + (isBurst ? 1 : 0)
    const burstPackets = this.#closed.burstPackets + (isBurst ? this.#openPackets : 0)
    return {
      bursts,
      burstPackets,
      burstLostPackets: this.#closed.burstLostPackets + (isBurst ? this.#openLost : 0),
      gapPackets: this.#packets - burstPackets,
      gapLostPackets: this.#closed.gapLostPackets + (isBurst ? 0 : this.#openLost),
      longestLossPackets: this.#longestLossPackets,
    }
  }

  #close(): void {
    const { bursts, burstPackets, burstLostPackets, gapLostPackets } = this.figures()
    Object.assign(this.#closed, { bursts, burstPackets, burstLostPackets, gapLostPackets })
    this.#openLost = 0
    this.#openPackets = 0
    this.#receivedSince = 0
  }
}
