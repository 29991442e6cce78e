import { MeasuresFold } from '../stream/measures.ts'
import type { RunEvent } from '../stream/record.ts'
import { countersOf, type Counters } from './counters.ts'

const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms
const FRAME_INTERVAL_MS = 1000 / 30

/** Turns what a video element does into the events of a run, and these into the counters of the page. */
export class ElementRecord {
  readonly #video: HTMLVideoElement
  readonly #fold = new MeasuresFold(FRAME_INTERVAL_MS)
  readonly #timer: ReturnType<typeof setInterval>
  hasPicture = false

  constructor(video: HTMLVideoElement) {
    this.#video = video
    this.#tell({ kind: 'play-asked', atMs: performance.now() })
    video.addEventListener('seeking', () => this.#tell({ kind: 'play-asked', atMs: performance.now() }))
    video.addEventListener('pause', () => this.#tell({ kind: 'paused', atMs: performance.now() }))
    video.addEventListener('play', () => this.hasPicture && this.#tell({ kind: 'resumed', atMs: performance.now() }))
    video.addEventListener('ended', () => this.#tell({ kind: 'ended', atMs: performance.now() }))
    video.requestVideoFrameCallback(this.#onFrame)
    this.#timer = setInterval(() => this.#tellPlayhead(), PLAYHEAD_MS)
  }

  /** Whether the picture stands still for want of data. */
  get isStalled(): boolean {
    const { paused, ended, readyState } = this.#video
    return this.hasPicture && !paused && !ended && readyState < HTMLMediaElement.HAVE_FUTURE_DATA
  }

  segmentReceived(sizeBytes: number): void {
    this.#tell({ kind: 'media-received', atMs: performance.now(), sizeBytes })
  }

  counters(): Counters {
    const measures = this.#fold.at(performance.now())
    return {
      ...countersOf(measures, this.#bufferSeconds()),
      stallCount: measures.stallCount,
      stallSeconds: measures.stallMs / 1000,
      // TCP repairs what is lost: there is nothing here to count.
      receivedPackets: undefined,
      lostPackets: undefined,
      latePackets: undefined,
      damagedFrames: undefined,
      frozenFrames: undefined,
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #tell(event: RunEvent): void {
    this.#fold.add(event)
  }

  #tellPlayhead(): void {
    if (!this.#video.paused && !this.#video.seeking) {
      this.#tell({ kind: 'playhead', atMs: performance.now(), positionSeconds: this.#video.currentTime })
    }
  }

  readonly #onFrame = (nowMs: number): void => {
    this.hasPicture = true
    this.#tell({ kind: 'frame-shown', atMs: nowMs, state: 'intact' })
    // The picture of a seek while paused: what follows is no stall.
    if (this.#video.paused) this.#tell({ kind: 'paused', atMs: nowMs })
    this.#video.requestVideoFrameCallback(this.#onFrame)
  }

  #bufferSeconds(): number {
    const { buffered, currentTime } = this.#video
    for (let index = 0; index < buffered.length; index += 1) {
      const isHere = buffered.start(index) <= currentTime + 0.1 && currentTime <= buffered.end(index)
      if (isHere) return buffered.end(index) - currentTime
    }
    return 0
  }
}
