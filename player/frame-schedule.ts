import type { PlaybackClock } from '../stream/playback-clock.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { PictureDecoder } from './picture-decoder.ts'
import { PictureQueue } from './picture-queue.ts'
import type { JudgedFrame } from './video-track.ts'

const DECODE_AHEAD_MS = 250 // decoded pictures are large, so few of them wait
const MAX_WAITING_FRAMES = 1024
const MAX_PICTURES = 64
const MICROSECONDS_PER_MS = 1000
const TICKS_PER_MS = 90

type Told = Extract<ViewerEvent, { kind: 'frame-shown' | 'frame-frozen' }>

/** From judged frames to pictures at their time: decodes ahead, gives what is due, tells what became of each frame. */
export class FrameSchedule {
  readonly #clock: PlaybackClock
  readonly #tell: (event: Told) => void
  readonly #pictures = new PictureQueue<VideoFrame>(MAX_PICTURES)
  readonly #states = new Map<number, 'intact' | 'damaged'>() // by timestamp in µs, of what is in the decoder
  #waiting: JudgedFrame[] = []
  #frozenMs: number[] = [] // presentation times
  #lastDecodedMs: number | undefined

  constructor(clock: PlaybackClock, tell: (event: Told) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  get skippedFrames(): number {
    return this.#pictures.skippedPictures
  }

  /** Presentation time up to which frames are here. */
  get lastMs(): number | undefined {
    const last = this.#waiting.at(-1)
    return last === undefined ? this.#lastDecodedMs : last.ptsSeconds * 1000
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  add(frame: JudgedFrame): void {
    this.#waiting.push(frame)
    if (this.#waiting.length > MAX_WAITING_FRAMES) this.#freeze(this.#waiting.shift()!)
  }

  readonly addPicture = (picture: VideoFrame): void => this.#pictures.push(picture)

  /** Decodes what is due soon. */
  decode(decoder: PictureDecoder, nowMs: number): void {
    for (
      let frame = this.#waiting[0];
      frame !== undefined && this.#decodeAtMs(frame) <= nowMs;
      frame = this.#waiting[0]
    ) {
      this.#waiting.shift()
      const ptsMs = frame.ptsSeconds * 1000
      const timestamp = Math.round(ptsMs * MICROSECONDS_PER_MS)
      this.#lastDecodedMs = ptsMs
      if (frame.state === 'frozen' || !decoder.decode(frame.nals ?? [], timestamp)) this.#freeze(frame)
      else this.#states.set(timestamp, frame.state)
    }
  }

  /** The picture to show now, if there is a new one. The caller closes it. */
  takeDue(nowMs: number): VideoFrame | undefined {
    this.#tellFrozen(nowMs)
    const positionMs = this.#clock.positionMs(nowMs)
    if (positionMs === undefined) return undefined
    const picture = this.#pictures.takeDue(positionMs * MICROSECONDS_PER_MS)
    if (picture === undefined) return undefined
    const ptsTicks = ticksOf(picture.timestamp / MICROSECONDS_PER_MS)
    this.#tell({ kind: 'frame-shown', atMs: nowMs, state: this.#states.get(picture.timestamp) ?? 'intact', ptsTicks })
    for (const timestamp of this.#states.keys()) if (timestamp <= picture.timestamp) this.#states.delete(timestamp)
    return picture
  }

  /** When there is something to do next; Infinity while the clock stands. */
  nextEventMs(): number {
    const next = this.#waiting[0]
    const pictureMs = this.#pictures.nextTimestamp
    return Math.min(
      next === undefined ? Infinity : this.#decodeAtMs(next),
      pictureMs === undefined ? Infinity : this.#clock.dueMs(pictureMs / MICROSECONDS_PER_MS),
      ...this.#frozenMs.map((ptsMs) => this.#clock.dueMs(ptsMs)),
    )
  }

  clear(): void {
    this.#pictures.clear()
    this.#waiting = []
    this.#frozenMs = []
    this.#states.clear()
  }

  #decodeAtMs({ ptsSeconds }: JudgedFrame): number {
    return this.#clock.dueMs(ptsSeconds * 1000) - DECODE_AHEAD_MS
  }

  #freeze({ ptsSeconds }: JudgedFrame): void {
    this.#frozenMs.push(ptsSeconds * 1000)
  }

  #tellFrozen(nowMs: number): void {
    const isDue = (ptsMs: number) => this.#clock.dueMs(ptsMs) <= nowMs
    for (const ptsMs of this.#frozenMs.filter(isDue))
      this.#tell({ kind: 'frame-frozen', atMs: nowMs, ptsTicks: ticksOf(ptsMs) })
    this.#frozenMs = this.#frozenMs.filter((ptsMs) => !isDue(ptsMs))
  }
}

const ticksOf = (ptsMs: number): number => Math.round(ptsMs * TICKS_PER_MS)
