import { RTX_TIME_MS } from '../protocol/presentation-sdp.ts'
import { KEPT_PACKETS, RepairCredit } from '../stream/repair-bounds.ts'
import type { SendCourse } from '../stream/send-course.ts'

const OSN_BYTES = 2 // the original's sequence number, RFC 4588 section 4

/** What a sender keeps for repairs, as udp-relay/repair-sink.ts does: of each track so many packets, for so long, and no
 *  more retransmissions than the viewer has credit for. */
export class SentPackets {
  readonly #course: SendCourse
  readonly #credit = new RepairCredit()
  readonly #places = [newRing(), newRing()] // of each track, by the low bits of sequence numbers
  readonly #sentMs = [new Float64Array(KEPT_PACKETS), new Float64Array(KEPT_PACKETS)]

  constructor(course: SendCourse) {
    this.#course = course
  }

  keep(place: number, sentMs: number): void {
    const trackIndex = this.#course.trackIndices[place] as 0 | 1
    const slot = (this.#course.sequenceNumbers[place] as number) & (KEPT_PACKETS - 1)
    ;(this.#places[trackIndex] as Int32Array)[slot] = place
    ;(this.#sentMs[trackIndex] as Float64Array)[slot] = sentMs
    this.#credit.earn()
  }

  /** The retransmission, undefined where there is none: not kept, too old, beyond the credit. */
  again(trackIndex: number, sequenceNumber: number, nowMs: number) {
    const slot = sequenceNumber & (KEPT_PACKETS - 1)
    const place = this.#places[trackIndex]?.[slot] ?? -1
    const isKept = place >= 0 && this.#course.sequenceNumbers[place] === sequenceNumber
    const isYoung = nowMs - (this.#sentMs[trackIndex]?.[slot] ?? -Infinity) <= RTX_TIME_MS
    if (!isKept || !isYoung || !this.#credit.spend()) return undefined
    return { place, sizeBytes: (this.#course.sizesBytes[place] as number) + OSN_BYTES }
  }
}

function newRing(): Int32Array {
  return new Int32Array(KEPT_PACKETS).fill(-1)
}
