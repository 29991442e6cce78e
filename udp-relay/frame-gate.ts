import { decodeRtp } from '../protocol/rtp.ts'

const MARKER_BIT = 0x80

/** Which packets of one track still go while the way out is congested. Whole units only (a picture, an AAC frame): one that
 *  has begun is sent to its end. After a dropped one the next to go is one that a decoder can begin with, and only once half
 *  of what may wait has gone: a keyframe alone between two holes helps nobody. */
export class FrameGate {
  readonly #limitBytes: number
  readonly #canBeginWith: (payload: Uint8Array) => boolean
  #isAtStart = true
  #isOpen = true
  droppedUnits = 0

  constructor(limitBytes: number, canBeginWith: (payload: Uint8Array) => boolean) {
    this.#limitBytes = limitBytes
    this.#canBeginWith = canBeginWith
  }

  /** `waitingBytes`: not yet taken by the viewer. Packets come in order; the marker bit ends a unit. */
  admits(packet: Uint8Array, waitingBytes: number): boolean {
    if (this.#isAtStart) this.#decide(packet, waitingBytes)
    this.#isAtStart = ((packet[1] ?? 0) & MARKER_BIT) !== 0
    return this.#isOpen
  }

  #decide(packet: Uint8Array, waitingBytes: number): void {
    this.#isOpen = this.#isOpen ? waitingBytes <= this.#limitBytes : this.#mayGoOn(packet, waitingBytes)
    if (!this.#isOpen) this.droppedUnits += 1
  }

  #mayGoOn(packet: Uint8Array, waitingBytes: number): boolean {
    if (waitingBytes > this.#limitBytes / 2) return false
    const rtp = decodeRtp(packet)
    return rtp.ok && this.#canBeginWith(rtp.value.payload)
  }
}
