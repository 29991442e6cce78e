const GROWTH = 1.25 // bbr_full_bw_thresh
const ROUNDS = 3 // bbr_full_bw_cnt

/** Whether start-up has found the path's bandwidth: it stopped growing by a quarter for three round trips. Once full,
 *  always full. Linux: bbr_check_full_bw_reached. */
export class FullPipe {
  #segmentsPerMs = 0
  #rounds = 0
  isFull = false

  /** A round trip has ended whose rate was the network's, not the application's. */
  noteRound(segmentsPerMs: number): void {
    if (this.isFull) return
    if (segmentsPerMs >= this.#segmentsPerMs * GROWTH) {
      this.#segmentsPerMs = segmentsPerMs
      this.#rounds = 0
      return
    }
    this.#rounds += 1
    this.isFull = this.#rounds >= ROUNDS
  }

  /** After a timeout the path may be another one. */
  forgetBandwidth(): void {
    this.#segmentsPerMs = 0
  }
}
