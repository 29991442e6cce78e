import { decodeRtp } from '../protocol/rtp.ts'
import { UnitGate } from '../stream/unit-gate.ts'

const MARKER_BIT = 0x80

/** The gate for the units of one track, told by the bytes of its packets. */
export class FrameGate {
  readonly #gate: UnitGate
  readonly #canBeginWith: (payload: Uint8Array) => boolean

  constructor(limitBytes: number, canBeginWith: (payload: Uint8Array) => boolean) {
    this.#gate = new UnitGate(limitBytes)
    this.#canBeginWith = canBeginWith
  }

  get droppedUnits(): number {
    return this.#gate.droppedUnits
  }

  /** `waitingBytes`: not yet taken by the viewer. Packets come in order; the marker bit ends a unit. */
  admits(packet: Uint8Array, waitingBytes: number): boolean {
    const isLast = ((packet[1] ?? 0) & MARKER_BIT) !== 0
    return this.#gate.admits(isLast, waitingBytes, () => {
      const rtp = decodeRtp(packet)
      return rtp.ok && this.#canBeginWith(rtp.value.payload)
    })
  }
}
