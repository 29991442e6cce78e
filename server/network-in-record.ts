import type { AccessLink } from '../link/access-link.ts'
import type { DirectionProfile, LinkProfile } from '../link/profile.ts'
import type { Lane, LinkEvent, RateEvent } from '../stream/record.ts'
import type { LinkRecorder } from './link-watch.ts'

/** The lines that are recorded, by the names that a record gives to their lanes. */
export type RecordedLines = () => ReadonlyMap<Lane, Pick<AccessLink, 'course'>>

/** Writes the rates of every line into a record: at its beginning, and before the first packet after each change, be it of
 *  the profile's `changes` or of a PATCH. */
export class RatesInRecord implements LinkRecorder {
  readonly #recorder: LinkRecorder
  readonly #lines: RecordedLines
  readonly #toldMs = new Map<Lane, number>()

  constructor(recorder: LinkRecorder, lines: RecordedLines, nowMs: number) {
    this.#recorder = recorder
    this.#lines = lines
    for (const [lane, { course }] of lines()) {
      const now = course.findLast(({ fromMs }) => fromMs <= nowMs)
      if (now !== undefined) this.#tell(lane, nowMs, now.profile)
    }
  }

  record(event: LinkEvent): void {
    const { lane, atMs } = event
    const toldMs = this.#toldMs.get(lane) ?? -Infinity
    for (const { fromMs, profile } of this.#lines().get(lane)?.course ?? []) {
      if (fromMs > toldMs && fromMs <= atMs) this.#tell(lane, fromMs, profile)
    }
    this.#recorder.record(event)
  }

  end(): void {
    this.#recorder.end()
  }

  #tell(lane: Lane, atMs: number, { downlink, uplink = {} }: LinkProfile): void {
    this.#toldMs.set(lane, atMs)
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
