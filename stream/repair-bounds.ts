/** What a sender keeps for repairs, of each track: about two seconds of 5 Mbit/s, where those of the last second are wanted. */
export const KEPT_PACKETS = 1024 // a power of two

/** Retransmissions for each packet sent: what one viewer's requests may add to the rate. */
const REPAIR_SHARE = 0.25
const MAX_CREDIT_PACKETS = 64

/** How many retransmissions one viewer may still have: a quarter of what was sent to him, 64 at most at once. */
export class RepairCredit {
  #packets = MAX_CREDIT_PACKETS

  /** A packet was sent. */
  earn(): void {
    this.#packets = Math.min(this.#packets + REPAIR_SHARE, MAX_CREDIT_PACKETS)
  }

  /** One is sent again, if it may be. */
  spend(): boolean {
    if (this.#packets < 1) return false
    this.#packets -= 1
    return true
  }
}
