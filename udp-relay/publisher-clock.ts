import type { ClockPair, PublishedUnit, PublishedUnits } from './published-units.ts'

/** So long the reports of all tracks are waited for: ffmpeg and GStreamer send them first. */
const REPORTS_WAIT_MS = 500
const MAX_WAITING = 2000 // units
const TICKS_PER_MS = 90

type ClockedTrack = Pick<PublishedUnits, 'clockRateHz' | 'told' | 'arrived'>

export type TimedUnit = { readonly unit: PublishedUnit; readonly ptsTicks: number } // 90 kHz, one clock for all tracks

/** Puts the units of a publisher's tracks on one clock: that of its sender reports (RFC 3550 section 6.4.1), or, where they do
 *  not come, the moments at which the tracks began to arrive. Decided once, so that no time ever jumps. */
export class PublisherClock {
  readonly #tracks: () => readonly ClockedTrack[]
  readonly #reportsWaitMs: number
  readonly #anchors = new Map<ClockedTrack, ClockPair>()
  #waiting: { readonly track: ClockedTrack; readonly unit: PublishedUnit }[] = []
  #firstMs: number | undefined
  #isDecided = false

  constructor(tracks: () => readonly ClockedTrack[], reportsWaitMs = REPORTS_WAIT_MS) {
    this.#tracks = tracks
    this.#reportsWaitMs = reportsWaitMs
  }

  /** Gives what can be given now: nothing for a while, then all of it. */
  push(track: ClockedTrack, units: readonly PublishedUnit[], nowMs: number): TimedUnit[] {
    this.#firstMs ??= nowMs
    this.#waiting.push(...units.map((unit) => ({ track, unit })))
    if (!this.#isDecided && !this.#decide(nowMs - this.#firstMs)) return []
    const waiting = this.#waiting
    this.#waiting = []
    return waiting.flatMap((held) => this.#timed(held.track, held.unit) ?? [])
  }

  #decide(waitedMs: number): boolean {
    const tracks = this.#tracks()
    const areTold = tracks.every(({ told }) => told !== undefined)
    if (!areTold && waitedMs < this.#reportsWaitMs && this.#waiting.length < MAX_WAITING) return false
    if (areTold) for (const track of tracks) this.#anchors.set(track, track.told as ClockPair)
    this.#isDecided = true
    return true
  }

  #timed(track: ClockedTrack, unit: PublishedUnit): TimedUnit | undefined {
    const anchor = this.#anchors.get(track) ?? track.arrived
    if (anchor === undefined) return undefined
    this.#anchors.set(track, anchor)
    const sinceTicks = Math.round(((unit.ticks - anchor.ticks) * 1000 * TICKS_PER_MS) / track.clockRateHz)
    return { unit, ptsTicks: Math.round(anchor.unixMs * TICKS_PER_MS) + sinceTicks }
  }
}
