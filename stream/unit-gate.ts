/** What may wait before a viewer of RTP over TCP: half a second of 16 Mbit/s; a frame that has begun may go beyond it. What
 *  the kernel holds comes on top. */
export const MAX_WAITING_BYTES = 1_000_000

/** Which packets of one track still go while the way out is congested. Whole units only (a picture, an AAC frame): one that
 *  has begun is sent to its end. After a dropped one the next to go is one that a decoder can begin with, and only once half
 *  of what may wait has gone: a keyframe alone between two holes helps nobody. */
export class UnitGate {
  readonly #limitBytes: number
  #isAtStart = true
  #isOpen = true
  droppedUnits = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** `waitingBytes`: not yet taken by the viewer. Packets come in order; `isLast` ends a unit. `canBegin` is asked of the first
   *  packet of a unit, after a dropped one. */
  admits(isLast: boolean, waitingBytes: number, canBegin: () => boolean): boolean {
    if (this.#isAtStart) this.#decide(waitingBytes, canBegin)
    this.#isAtStart = isLast
    return this.#isOpen
  }

  #decide(waitingBytes: number, canBegin: () => boolean): void {
    this.#isOpen = this.#isOpen ? waitingBytes <= this.#limitBytes : waitingBytes <= this.#limitBytes / 2 && canBegin()
    if (!this.#isOpen) this.droppedUnits += 1
  }
}
