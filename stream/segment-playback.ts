import type { ViewerEvent } from './record.ts'

/** A segment as it is played. No frames: it is sound alone. Where frames are absent they are not known: with a frame rate
 *  they are taken as evenly spaced, else as none. */
export type PlayedSegment = {
  readonly startSeconds: number
  readonly durationSeconds: number
  readonly frames?: readonly { readonly ptsTicks: number }[]
}

export type PlaybackRange = {
  readonly startMs: number // of media time
  readonly endMs?: number // of the presentation; absent: `end` will tell
  readonly framesPerSecond?: number // of segments that come without frames
}

const TICKS_PER_MS = 90
const TICKS_PER_SECOND = 90_000
const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms

/** What a media element does with consecutive segments: plays as soon as it has one, stands still when it has played all
 *  that it has, goes on with the next. Every frame of a segment is shown, each at its time. Feed whole segments in order;
 *  `advance` when `nextEventMs` has come. */
export class SegmentPlayback {
  readonly #tell: (event: ViewerEvent) => void
  readonly #framesPerSecond: number
  #endMs: number // of the presentation; positions are media time
  #positionMs: number // while it stands still
  #zeroMs: number | undefined // while it plays: the moment of media time 0
  #bufferedMs: number // media time up to which it has all
  #frames: number[] = [] // presentation times of those to show, 90 kHz, in order
  #nextFrame = 0
  #begins: { readonly startMs: number; readonly told: (atMs: number) => void }[] = [] // of segments to come, who wants to know
  #beginsMs = Infinity // media time of the first of them
  #playheadDueMs = Infinity
  #isHeard = false // sound alone
  hasEnded = false

  constructor({ startMs, endMs = Infinity, framesPerSecond = 0 }: PlaybackRange, tell: (event: ViewerEvent) => void) {
    this.#tell = tell
    this.#framesPerSecond = framesPerSecond
    this.#endMs = endMs
    this.#positionMs = startMs
    this.#bufferedMs = startMs
  }

  positionMs(nowMs: number): number {
    return this.#zeroMs === undefined ? this.#positionMs : nowMs - this.#zeroMs
  }

  /** How much is here that has not been played. */
  bufferMs(nowMs: number): number {
    return this.#bufferedMs - this.positionMs(nowMs)
  }

  /** Who stands still before a hole goes on behind it; who plays into one sees the picture before it. `begins` is told when
   *  the playhead is at the segment. */
  append(segment: PlayedSegment, nowMs: number, begins?: (atMs: number) => void): void {
    const { startSeconds, durationSeconds, frames = evenFrames(segment, this.#framesPerSecond) } = segment
    if (this.#zeroMs === undefined && startSeconds * 1000 > this.#positionMs) this.#positionMs = startSeconds * 1000 // s to ms
    const fromTicks = this.#positionMs * TICKS_PER_MS
    const added = frames.map(({ ptsTicks }) => ptsTicks).filter((ptsTicks) => ptsTicks >= fromTicks)
    this.#frames = [...this.#frames.slice(this.#nextFrame), ...added.sort((a, b) => a - b)]
    this.#nextFrame = 0
    this.#bufferedMs = (startSeconds + durationSeconds) * 1000 // s to ms
    this.#zeroMs ??= nowMs - this.#positionMs
    if (frames.length === 0 && !this.#isHeard) this.#hear(nowMs)
    if (begins !== undefined) this.#awaitBeginning(Math.max(startSeconds * 1000, this.#positionMs), begins) // s to ms
    this.#playheadDueMs = Math.min(this.#playheadDueMs, nowMs)
    this.advance(nowMs)
  }

  /** Nothing comes after what was appended. */
  end(nowMs: number): void {
    this.#endMs = this.#bufferedMs
    if (this.#zeroMs === undefined && !this.hasEnded) this.#runDry(nowMs)
  }

  nextEventMs(): number {
    if (this.#zeroMs === undefined) return this.#playheadDueMs
    return Math.min(
      this.#playheadDueMs,
      this.#frameDueMs(),
      this.#zeroMs + this.#bufferedMs,
      this.#zeroMs + this.#beginsMs,
    )
  }

  /** Shows what is due up to `nowMs`, each frame at its own moment. */
  advance(nowMs: number): void {
    for (let dueMs = this.nextEventMs(); dueMs <= nowMs; dueMs = this.nextEventMs()) {
      if (this.#zeroMs !== undefined && dueMs === this.#zeroMs + this.#beginsMs) this.#tellBeginning(dueMs)
      else if (dueMs === this.#frameDueMs()) {
        const ptsTicks = this.#frames[this.#nextFrame] as number
        this.#nextFrame += 1
        this.#tell({ kind: 'frame-shown', atMs: dueMs, state: 'intact', ptsTicks })
      } else if (dueMs === this.#playheadDueMs) {
        this.#playheadDueMs = dueMs + PLAYHEAD_MS
        this.#tellPlayhead(dueMs)
      } else this.#runDry(dueMs)
    }
  }

  #awaitBeginning(startMs: number, told: (atMs: number) => void): void {
    this.#begins.push({ startMs, told })
    this.#beginsMs = Math.min(this.#beginsMs, startMs)
  }

  #tellBeginning(atMs: number): void {
    this.#begins.shift()?.told(atMs)
    this.#beginsMs = this.#begins[0]?.startMs ?? Infinity
  }

  #hear(nowMs: number): void {
    this.#isHeard = true
    this.#tell({ kind: 'sound-heard', atMs: nowMs })
  }

  #frameDueMs(): number {
    const ptsTicks = this.#frames[this.#nextFrame]
    return ptsTicks === undefined || this.#zeroMs === undefined ? Infinity : this.#zeroMs + ptsTicks / TICKS_PER_MS
  }

  #tellPlayhead(atMs: number): void {
    this.#tell({ kind: 'playhead', atMs, positionSeconds: this.positionMs(atMs) / 1000 }) // ms to s
  }

  #runDry(atMs: number): void {
    this.#zeroMs = undefined
    this.#positionMs = this.#bufferedMs
    this.#tellPlayhead(atMs)
    this.hasEnded = this.#bufferedMs >= this.#endMs
    if (!this.hasEnded) return
    this.#playheadDueMs = Infinity
    this.#tell({ kind: 'ended', atMs })
  }
}

/** Their presentation times, the first at the segment's start; none without a frame rate. */
function evenFrames({ startSeconds, durationSeconds }: PlayedSegment, framesPerSecond: number) {
  const count = Math.round(durationSeconds * framesPerSecond)
  return Array.from({ length: count }, (_, index) => ({
    ptsTicks: Math.round((startSeconds + index / framesPerSecond) * TICKS_PER_SECOND),
  }))
}
