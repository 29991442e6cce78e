import type { AccessLink } from '../link/access-link.ts'
import type { ProfileFrom } from '../link/profile-course.ts'
import type { DirectionProfile, LinkProfile } from '../link/profile.ts'
import type { Lane, RateEvent } from '../stream/record.ts'
import type { LinkRecorder, RecordedEvent } from './link-watch.ts'

/** The lines that are recorded, by the names that a record gives to their lanes. */
export type RecordedLines = () => ReadonlyMap<Lane, Pick<AccessLink, 'course'>>

/** Writes the network into a record: the rates of every line at its beginning and after each change, be it of the profile's
 *  `changes` or of a PATCH, and of each change the whole profile, once for all lines. A change is told at its moment, before
 *  the packets that follow. */
export class NetworkInRecord implements LinkRecorder {
  readonly #recorder: LinkRecorder
  readonly #lines: RecordedLines
  readonly #told = new Map<Lane, ProfileFrom>()

  constructor(recorder: LinkRecorder, lines: RecordedLines, nowMs: number) {
    this.#recorder = recorder
    this.#lines = lines
    this.tellUntil(nowMs)
  }

  record(event: RecordedEvent): void {
    this.tellUntil(event.atMs)
    this.#recorder.record(event)
  }

  end(): void {
    this.#recorder.end()
  }

  /** Everything that has changed up to and including that moment of link time. */
  tellUntil(nowMs: number): void {
    let isFirst = true
    for (const [lane, { course }] of this.#lines()) {
      if (course.at(-1) !== this.#told.get(lane)) this.#tellCourse(lane, course, nowMs, isFirst)
      isFirst = false
    }
  }

  #tellCourse(lane: Lane, course: readonly ProfileFrom[], untilMs: number, isForAll: boolean): void {
    const told = course.findLastIndex((entry) => entry === this.#told.get(lane))
    if (told === -1) return this.#tellBeginning(lane, course, untilMs)
    for (const entry of course.slice(told + 1)) {
      if (entry.fromMs > untilMs) return
      if (isForAll) this.#tellProfile(lane, entry)
      this.#tellRates(lane, entry, entry.fromMs)
    }
  }

  /** Of the record, or of a line that a restart has put in the place of the one before. */
  #tellBeginning(lane: Lane, course: readonly ProfileFrom[], nowMs: number): void {
    const now = course.findLast(({ fromMs }) => fromMs <= nowMs)
    if (now !== undefined) this.#tellRates(lane, now, nowMs)
  }

  #tellProfile(lane: Lane, { fromMs: atMs, profile }: ProfileFrom): void {
    this.#recorder.record({ kind: 'network-changed', atMs, lane, direction: 'down', profile })
  }

  #tellRates(lane: Lane, entry: ProfileFrom, atMs: number): void {
    this.#told.set(lane, entry)
    const { downlink, uplink = {} }: LinkProfile = entry.profile
    this.#recorder.record(rateEvent(lane, 'down', atMs, downlink))
    this.#recorder.record(rateEvent(lane, 'up', atMs, uplink))
  }
}

function rateEvent(
  lane: Lane,
  direction: RateEvent['direction'],
  atMs: number,
  { rateBitsPerSecond }: DirectionProfile,
): RateEvent {
  const rate = rateBitsPerSecond === undefined ? {} : { rateBitsPerSecond }
  return { kind: 'rate-set', atMs, lane, direction, ...rate }
}
