import { keyframeAtOrBefore, type Keyframe, type Outline } from '../protocol/outline.ts'
import { protectCourse } from './protected-course.ts'
import { sendCourse, type SendCourse } from './send-course.ts'
import { scheduleFacts, scheduleSegment, type PlannedPacket, type ScheduleOptions } from './send-schedule.ts'

/** The packets of an outline that has ended. One plan serves all runs of a video: those that begin alike find theirs
 *  planned. */
export class SendPlan {
  readonly outline: Outline
  readonly #options: ScheduleOptions
  #course: SendCourse | undefined // the newest
  #protected: { readonly course: SendCourse; readonly groupPackets: number; readonly of: SendCourse } | undefined

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
    return segment === undefined ? [] : scheduleSegment(segment, this.#options)
  }

  /** What is sent to a viewer who plays from `seconds`: from the keyframe at or before it on, with a packet of parity for
   *  `fecGroupPackets` of a track, where that is said. Throws RangeError when the outline has no keyframe. */
  courseFrom(seconds: number, fecGroupPackets?: number): SendCourse {
    const course = this.#mediaFrom(seconds)
    return fecGroupPackets === undefined ? course : this.#protect(course, fecGroupPackets)
  }

  #mediaFrom(seconds: number): SendCourse {
    const keyframe = startKeyframe(this.outline, seconds)
    if (this.#course === undefined || !isSame(keyframe, this.#course.keyframe)) {
      this.#course = sendCourse(this.outline, keyframe, (segmentIndex) => this.packetsOf(segmentIndex))
    }
    return this.#course
  }

  #protect(of: SendCourse, groupPackets: number): SendCourse {
    if (this.#protected?.of !== of || this.#protected.groupPackets !== groupPackets) {
      this.#protected = { of, groupPackets, course: protectCourse(of, groupPackets) }
    }
    return this.#protected.course
  }
}

function startKeyframe(outline: Outline, seconds: number): Keyframe {
  const keyframe = keyframeAtOrBefore(outline, seconds) ?? keyframeAtOrBefore(outline, Infinity)
  if (keyframe === undefined) throw new RangeError(`${outline.variant} has no keyframe`)
  return keyframe
}

function isSame(a: Keyframe, b: Keyframe): boolean {
  return a.segmentIndex === b.segmentIndex && a.frameIndex === b.frameIndex
}
