import { isOfViewer } from '../stream/event-kinds.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import { isWatchEvent, Watching } from '../stream/watching.ts'
import { runExperiment, type SimulatedVideo } from './experiment.ts'
import type { PlannedRun } from './scenario.ts'

/** One run over time, to be drawn; its figures are those of the same run in the results. */
export type RunTimeline = {
  readonly network: string
  readonly axes: PlannedRun['axes']
  readonly seed: number
  readonly durationSeconds: number
  readonly binSeconds: number
  readonly sides: readonly SideColumns[]
}

/** Columns have a value for each bin, from the wish to play on. */
export type SideColumns = {
  readonly name: string
  readonly side: ViewerSide
  readonly deliveredBitsPerSecond: readonly number[] // by the line to this side, with all headers
  readonly bufferSeconds: readonly (number | null)[] // at the end of the bin; null: none was told
  readonly damagedFrames: readonly number[] // shown with a part missing
  readonly still: readonly Still[] // from the first picture on
}

/** No new picture, from the moment at which it was due. */
export type Still = { readonly fromSeconds: number; readonly toSeconds: number }

const MOST_BINS = 240
const FINEST_BIN_SECONDS = 0.5

/** Plays a run once more and keeps what is drawn of it. Throws as runExperiment does. */
export function timelineOf(run: PlannedRun, video: SimulatedVideo, durationSeconds: number): RunTimeline {
  const { network, axes, seed, profile, sides } = run
  const binSeconds = Math.max(FINEST_BIN_SECONDS, durationSeconds / MOST_BINS)
  const binCount = Math.ceil(durationSeconds / binSeconds)
  const frameIntervalMs = 1000 / (video.outlines.at(-1)?.video?.framesPerSecond || 30)
  const folds = new Map(sides.map(({ name }) => [name, new TimelineFold(binSeconds * 1000, binCount, frameIntervalMs)]))
  const outcomes = runExperiment({
    video,
    profile,
    sides,
    durationSeconds,
    tell: (side, event) => folds.get(side)?.add(event),
  })
  const timelines = outcomes.flatMap(({ name, side }) => {
    const columns = folds.get(name)?.columns(durationSeconds * 1000)
    return columns === undefined ? [] : [{ name, side, ...columns }]
  })
  return { network, axes, seed, durationSeconds, binSeconds, sides: timelines }
}

class TimelineFold {
  readonly #binMs: number
  readonly #deliveredBytes: number[]
  readonly #bufferSeconds: (number | null)[]
  readonly #damagedFrames: number[]
  readonly #still: Still[] = []
  readonly #watching: Watching
  #positionSeconds = 0
  #filledToSeconds: number | undefined // what came, on the video's axis

  constructor(binMs: number, binCount: number, frameIntervalMs: number) {
    this.#binMs = binMs
    this.#deliveredBytes = Array<number>(binCount).fill(0)
    this.#bufferSeconds = Array<number | null>(binCount).fill(null)
    this.#damagedFrames = Array<number>(binCount).fill(0)
    this.#watching = new Watching(frameIntervalMs, { frozen: ({ fromMs, toMs }) => this.#addStill(fromMs, toMs) })
  }

  add(event: RunEvent): void {
    if (isOfViewer(event)) this.#addSeen(event)
    else if (event.kind === 'packet-delivered' && event.direction === 'down') {
      const bin = this.#binOf(event.atMs)
      this.#deliveredBytes[bin] = (this.#deliveredBytes[bin] ?? 0) + event.sizeBytes
    }
  }

  /** `limitMs` is when the run was left. */
  columns(limitMs: number): Omit<SideColumns, 'name' | 'side'> {
    const openMs = this.#watching.freezes.openSinceMs(limitMs)
    if (openMs !== undefined) this.#addStill(openMs, limitMs)
    return {
      deliveredBitsPerSecond: this.#deliveredBytes.map((bytes) => (bytes * 8000) / this.#binMs), // 8 bit, 1000 ms
      bufferSeconds: held(this.#bufferSeconds),
      damagedFrames: this.#damagedFrames,
      still: this.#still,
    }
  }

  #addSeen(event: ViewerEvent): void {
    if (isWatchEvent(event)) this.#watching.add(event)
    const bin = this.#binOf(event.atMs)
    if (event.kind === 'buffer') this.#fill(event.bufferSeconds, bin)
    if (event.kind === 'playhead') this.#movePlayhead(event.positionSeconds, bin)
    if (event.kind === 'frame-shown' && event.state === 'damaged') {
      this.#damagedFrames[bin] = (this.#damagedFrames[bin] ?? 0) + 1
    }
  }

  /** What came reaches so far beyond the playhead, which eats it until more is told. */
  #fill(bufferSeconds: number, bin: number): void {
    this.#filledToSeconds = this.#positionSeconds + bufferSeconds
    this.#bufferSeconds[bin] = bufferSeconds
  }

  #movePlayhead(positionSeconds: number, bin: number): void {
    this.#positionSeconds = positionSeconds
    if (this.#filledToSeconds === undefined) return
    this.#bufferSeconds[bin] = Math.max(0, this.#filledToSeconds - positionSeconds)
  }

  #binOf(atMs: number): number {
    return Math.min(this.#damagedFrames.length - 1, Math.floor(atMs / this.#binMs))
  }

  #addStill(fromMs: number, toMs: number): void {
    this.#still.push({ fromSeconds: fromMs / 1000, toSeconds: toMs / 1000 }) // ms to s
  }
}

/** What was told last stays until something else is told. */
function held(values: readonly (number | null)[]): readonly (number | null)[] {
  let last: number | null = null
  return values.map((value) => (last = value ?? last))
}
