import type { PlaybackClock } from './playback-clock.ts'
import type { ViewerEvent } from './record.ts'
import type { FrameState } from './reference-chain.ts'

/** `sound`: a unit of what has no pictures. */
type UnitState = FrameState | 'sound'

type Waiting = { readonly ptsMs: number; readonly state: UnitState; readonly arrivalMs: number }

const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms
const MAX_WAITING = 4096
const TICKS_PER_MS = 90

/** The screen of a viewer without one: tells each frame when it would be shown, in order of presentation. A frame that
 *  comes after its time is shown when it comes, unless a later one has been: then it is skipped. */
export class FramePlayback {
  readonly #clock: PlaybackClock
  readonly #tell: (event: ViewerEvent) => void
  readonly #waiting: Waiting[] = [] // in order of presentation
  #shownPtsMs = -Infinity
  #shownMs = -Infinity
  #playheadMs: number | undefined // from the first frame on
  #isHeard = false // sound alone
  skippedFrames = 0

  constructor(clock: PlaybackClock, tell: (event: ViewerEvent) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** When the newest frame was shown, or frozen; before the first -Infinity. */
  get lastShownMs(): number {
    return this.#shownMs
  }

  /** Presentation time held beyond what is due now. */
  bufferMs(nowMs: number): number {
    const last = this.#waiting.at(-1)
    return last === undefined ? 0 : Math.max(0, last.ptsMs - (this.#clock.positionMs(nowMs) ?? last.ptsMs))
  }

  /** Frames come in decode order, so the place is searched from the end. */
  add(ptsMs: number, state: UnitState, arrivalMs: number): void {
    if (ptsMs <= this.#shownPtsMs || this.#waiting.length >= MAX_WAITING) {
      this.skippedFrames += 1
      return
    }
    let place = this.#waiting.length
    while (place > 0 && (this.#waiting[place - 1] as Waiting).ptsMs > ptsMs) place -= 1
    this.#waiting.splice(place, 0, { ptsMs, state, arrivalMs })
  }

  /** Tells all that is due, each at its own moment. */
  advance(nowMs: number): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#dueMs(next) <= nowMs; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#movePlayhead(this.#dueMs(next))
      this.#show(next)
    }
    this.#movePlayhead(nowMs)
  }

  #dueMs({ ptsMs, arrivalMs }: Waiting): number {
    return Math.max(this.#clock.dueMs(ptsMs), arrivalMs, this.#shownMs)
  }

  #show(frame: Waiting): void {
    const { ptsMs, state } = frame
    const atMs = this.#dueMs(frame)
    this.#shownPtsMs = ptsMs
    this.#shownMs = atMs
    this.#playheadMs ??= atMs
    if (state === 'sound') return this.#hear(atMs)
    if (state === 'frozen') this.#tell({ kind: 'frame-frozen', atMs })
    else this.#tell({ kind: 'frame-shown', atMs, state, ptsTicks: Math.round(ptsMs * TICKS_PER_MS) })
  }

  #hear(atMs: number): void {
    if (!this.#isHeard) this.#tell({ kind: 'sound-heard', atMs })
    this.#isHeard = true
  }

  /** In steps, however late the caller is: this clock goes on whatever comes. */
  #movePlayhead(nowMs: number): void {
    if (this.#playheadMs === undefined) return
    while (this.#playheadMs + PLAYHEAD_MS <= nowMs) {
      this.#playheadMs += PLAYHEAD_MS
      const positionSeconds = (this.#clock.positionMs(this.#playheadMs) ?? 0) / 1000 // ms to s
      this.#tell({ kind: 'playhead', atMs: this.#playheadMs, positionSeconds })
    }
  }
}
