import type { AckFacts } from './ack-facts.ts'

/** The tail loss probe that is under way, and what an ACK says of it (RFC 8985 sections 7.3 and 7.4). */
export class LossProbe {
  #isRepeat = false
  /** One past the last segment when it left; -1: none is under way. */
  end = -1

  get isUnderWay(): boolean {
    return this.end >= 0
  }

  /** `isRepeat`: it was a segment that had been sent before, not new data. */
  begin(end: number, isRepeat: boolean): void {
    this.end = end
    this.#isRepeat = isRepeat
  }

  /** Recovery goes on by other means. */
  forget(): void {
    this.end = -1
  }

  /** True when the probe has repaired a loss by itself, which must cost a window reduction (tcp_process_tlp_ack). */
  hasRepaired(una: number, facts: AckFacts): boolean {
    if (una < this.end) return false
    const mayHaveRepaired = this.#isRepeat && !facts.isProbeDuplicate
    const isPending = una === this.end && (facts.hasAdvanced || facts.newlySacked > 0) // a DSACK may still come
    if (mayHaveRepaired && isPending) return false
    const hasRepaired = mayHaveRepaired && una > this.end
    this.end = -1
    return hasRepaired
  }
}
