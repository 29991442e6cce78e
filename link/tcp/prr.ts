/** Proportional rate reduction (RFC 6937, RFC 9937; tcp_cwnd_reduction): during recovery the window glides to ssthresh,
 *  by sending in proportion to what is delivered. */
export class ProportionalRateReduction {
  priorCwnd = 0
  #delivered = 0
  #sent = 0

  begin(priorCwnd: number): void {
    this.priorCwnd = priorCwnd
    this.#delivered = 0
    this.#sent = 0
  }

  noteSent(segments: number): void {
    this.#sent += segments
  }

  /** The window after an ACK. `isSafe`: it moved forward and told of no further loss. */
  cwnd(newlyDelivered: number, inFlight: number, ssthresh: number, isSafe: boolean): number {
    this.#delivered += newlyDelivered
    const room = ssthresh - inFlight
    let segments: number
    if (room < 0) segments = Math.ceil((ssthresh * this.#delivered) / this.priorCwnd) - this.#sent
    else segments = Math.min(room, Math.max(this.#delivered - this.#sent, newlyDelivered) + (isSafe ? 1 : 0))
    return inFlight + Math.max(segments, this.#sent === 0 ? 1 : 0) // the first retransmission leaves at once
  }
}
