import { listensTo, type EventOf, type Heard } from './event-kinds.ts'
import { captureToShownMs } from './latency-split.ts'
import { Newest } from './newest.ts'

/** How a viewer of something live came back to the latency that it had before the picture stood still: it left out what it had missed
 *  (jump), played all of it faster than it came (rate), or stayed near enough to need neither (none). */
export type CatchUpWay = 'jump' | 'rate' | 'none'

export type CatchUp = {
  readonly stalledAtMs: number // the last picture before the picture stood still; the viewer's clock
  readonly stalledMs: number // until the next one; where the latency rose in another standstill before it was back, with that
  readonly latencyBeforeMs: number
  readonly highestLatencyMs: number // of a picture after it
  readonly backAfterMs?: number // from the first picture after it on; absent: not back yet
  readonly by?: CatchUpWay
}

const STANDSTILL_MS = 150 // as a freeze (watching.ts): and three frame intervals
const STANDSTILL_INTERVALS = 3
const USUAL_PICTURES = 30 // whose median is what the latency was before
const BACK_WITHIN_MS = 300 // of what it was: hls.js stays 200 ms further from the edge after a stall, and comes within 50 of that; or
const BACK_WITHIN_RATIO = 0.1
const KEPT = 100

type Sample = { readonly atMs: number; readonly latencyMs: number }

type Open = {
  readonly stalledAtMs: number
  readonly latencyBeforeMs: number
  stalledMs: number
  readonly goesOnMs: number // the first picture after it
  highestLatencyMs: number
  readonly leftOutMs: number // of what was captured in it
  jumpedMs: number // single pictures that came nearer since the latency was highest, less those that came later
}

/** The events that say how late pictures were, and when nobody watched. */
export const isLatencyEvent = listensTo('picture-latency', 'live-latency', 'paused')

/** The fold over the latencies of the pictures that a viewer of something live shows, in their order. */
export class CatchUpFold {
  readonly #standstillMs: number
  readonly #usual: number[] = [] // latencies of the newest pictures, while nothing is to be caught up
  readonly #ended = new Newest<CatchUp>(KEPT)
  #newest: Sample | undefined
  #open: Open | undefined
  #pausedMs = -Infinity // last; latencies are told later than a pause

  constructor(frameIntervalMs: number) {
    this.#standstillMs = Math.max(STANDSTILL_MS, STANDSTILL_INTERVALS * frameIntervalMs)
  }

  /** What comes after a pause is compared with nothing before it. */
  add(event: Heard<typeof isLatencyEvent>): void {
    if (event.kind === 'paused') this.#pausedMs = event.atMs
    else this.#show(event)
  }

  #show(event: EventOf<'picture-latency' | 'live-latency'>): void {
    if (this.#newest !== undefined && this.#newest.atMs <= this.#pausedMs && this.#pausedMs < event.atMs)
      this.#beginAnew()
    const sample = { atMs: event.atMs, latencyMs: captureToShownMs(event) }
    const before = this.#newest
    this.#newest = sample
    if (before !== undefined) this.#follow(before, sample)
    if (this.#open === undefined) this.#keepUsual(sample.latencyMs)
  }

  /** The newest hundred; the last one may still be under way. */
  get catchUps(): readonly CatchUp[] {
    if (this.#open === undefined) return this.#ended.items
    const { stalledAtMs, stalledMs, latencyBeforeMs, highestLatencyMs } = this.#open
    return [...this.#ended.items, { stalledAtMs, stalledMs, latencyBeforeMs, highestLatencyMs }]
  }

  #beginAnew(): void {
    this.#newest = undefined
    this.#open = undefined
    this.#usual.length = 0
  }

  #follow(before: Sample, sample: Sample): void {
    const apartMs = sample.atMs - before.atMs
    const roseMs = sample.latencyMs - before.latencyMs
    if (this.#open !== undefined) {
      if (apartMs > this.#standstillMs) this.#open.stalledMs += Math.max(0, roseMs)
      this.#open.jumpedMs += atLeastJump(-roseMs)
    } else if (apartMs > this.#standstillMs) this.#stall(before, sample)
    if (this.#open !== undefined) this.#lookBack(this.#open, sample)
  }

  #stall(before: Sample, sample: Sample): void {
    const latencyBeforeMs = medianOf(this.#usual)
    if (latencyBeforeMs === undefined) return
    const stalledMs = sample.atMs - before.atMs
    this.#open = {
      ...{ stalledAtMs: before.atMs, stalledMs, latencyBeforeMs, goesOnMs: sample.atMs, highestLatencyMs: 0 },
      leftOutMs: atLeastJump(stalledMs - (sample.latencyMs - before.latencyMs)), // captured meanwhile
      jumpedMs: 0,
    }
  }

  #lookBack(open: Open, { atMs, latencyMs }: Sample): void {
    if (latencyMs >= open.highestLatencyMs) Object.assign(open, { highestLatencyMs: latencyMs, jumpedMs: 0 })
    const { stalledAtMs, stalledMs, latencyBeforeMs, highestLatencyMs, goesOnMs, leftOutMs, jumpedMs } = open
    const withinMs = Math.max(BACK_WITHIN_MS, BACK_WITHIN_RATIO * latencyBeforeMs)
    if (latencyMs > latencyBeforeMs + withinMs) return
    this.#open = undefined
    const caughtUpMs = leftOutMs + highestLatencyMs - latencyMs
    this.#ended.push({
      ...{ stalledAtMs, stalledMs, latencyBeforeMs, highestLatencyMs },
      backAfterMs: atMs - goesOnMs,
      by: caughtUpMs < LEAST_JUMP_MS ? 'none' : leftOutMs + jumpedMs >= caughtUpMs / 2 ? 'jump' : 'rate',
    })
  }

  #keepUsual(latencyMs: number): void {
    this.#usual.push(latencyMs)
    if (this.#usual.length > USUAL_PICTURES) this.#usual.shift()
  }
}

const LEAST_JUMP_MS = 150 // at once: more than any pace brings, and than pictures of a busy machine are late

const atLeastJump = (ms: number): number => (Math.abs(ms) >= LEAST_JUMP_MS ? ms : 0)

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
}
