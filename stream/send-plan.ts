import type { Outline } from '../protocol/outline.ts'
import { scheduleFacts, scheduleSegment, type PlannedPacket, type ScheduleOptions } from './send-schedule.ts'

/** The packets of an outline that has ended, each segment planned when it is first asked for: one plan serves all runs of
 *  a video, as the live server's cache serves all its viewers. */
export class SendPlan {
  readonly outline: Outline
  readonly #options: ScheduleOptions
  readonly #segments: (readonly PlannedPacket[] | undefined)[] = []

  constructor(outline: Outline, maxRtpBytes: number) {
    this.outline = outline
    this.#options = { maxRtpBytes, ...scheduleFacts(outline) }
  }

  get maxRtpBytes(): number {
    return this.#options.maxRtpBytes
  }

  /** Empty beyond the last segment. */
  packetsOf(segmentIndex: number): readonly PlannedPacket[] {
    const segment = this.outline.segments[segmentIndex]
    if (segment === undefined) return []
    const packets = this.#segments[segmentIndex] ?? scheduleSegment(segment, this.#options)
    this.#segments[segmentIndex] = packets
    return packets
  }
}
