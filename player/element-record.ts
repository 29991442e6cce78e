import { MeasuresFold } from '../stream/measures.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { countersOf, type Counters } from './counters.ts'
import { EventBatch } from './event-batch.ts'
import { FrameCodeReader } from './frame-code-reader.ts'
import { playheadsBetween, type Playhead } from './playheads-between.ts'
import type { SideStart } from './side.ts'
import { wallMs } from './wall-clock.ts'

const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms
const TOLD_MS = 100
const BUFFER_MS = 250
const FRAME_INTERVAL_MS = 1000 / 30
const TICKS_PER_SECOND = 90_000

/** Turns what a video element does into the events of a run, and these into the counters of the page. */
export class ElementRecord {
  readonly #video: HTMLVideoElement
  readonly #fold = new MeasuresFold(FRAME_INTERVAL_MS)
  readonly #batch: EventBatch
  readonly #timers: readonly ReturnType<typeof setInterval>[]
  readonly #codes = new FrameCodeReader((frameNumber, atMs) => this.tell({ kind: 'code-read', atMs, frameNumber }))
  #presentedFrames: number | undefined
  isJumping = false
  #playhead: Playhead | undefined // as it was told last
  hasPicture = false // or sound, where there is nothing else
  #awaitsSound = true // of a start
  /** Of each picture that is told with its place: where it is on the element's timeline. */
  onPicture: (mediaSeconds: number, atMs: number) => void = () => {}
  /** Of what is live: whoever keeps near the edge seeks by itself, and that is no wish of the viewer's. */
  isLive = false
  #isWished = false // the seek that goes on
  /** Where the first picture lies on the element's timeline; undefined until that is known. */
  originSeconds: number | undefined

  constructor(video: HTMLVideoElement, tell: SideStart['tell']) {
    this.#video = video
    this.#batch = new EventBatch('hls', tell)
    video.addEventListener('seeking', () => this.#followSeek())
    video.addEventListener('seeked', () => (this.isJumping = false))
    video.addEventListener('pause', () => this.tell({ kind: 'paused', atMs: wallMs() }))
    video.addEventListener('play', () => this.hasPicture && this.tell({ kind: 'resumed', atMs: wallMs() }))
    video.addEventListener('ended', () => this.tell({ kind: 'ended', atMs: wallMs() }))
    video.addEventListener('playing', () => video.videoWidth === 0 && this.#hear())
    video.requestVideoFrameCallback(this.#onFrame)
    this.#timers = [
      setInterval(() => this.#tellPlayhead(), PLAYHEAD_MS),
      setInterval(() => this.#tellBuffer(), BUFFER_MS),
      setInterval(() => this.#batch.flush(), TOLD_MS),
    ]
  }

  /** Of the playhead, where 0 is the first picture of the video. */
  get positionSeconds(): number {
    return Math.max(0, this.#video.currentTime - (this.originSeconds ?? 0))
  }

  /** Whether the picture stands still for want of data. */
  get isStalled(): boolean {
    const { paused, ended, readyState } = this.#video
    return this.hasPicture && !paused && !ended && readyState < HTMLMediaElement.HAVE_FUTURE_DATA
  }

  askToPlay(fromSeconds?: number): void {
    this.#awaitsSound = true
    this.tell({ kind: 'play-asked', atMs: wallMs(), ...(fromSeconds === undefined ? {} : { fromSeconds }) })
  }

  seek(seconds: number): void {
    this.#isWished = true
    this.#video.currentTime = seconds + (this.originSeconds ?? 0)
  }

  /** A seek that nobody asked for: what a viewer waits for because of it is a stall, not a new start. */
  jumpTo(seconds: number): void {
    this.isJumping = true
    this.#video.currentTime = seconds + (this.originSeconds ?? 0)
  }

  counters(): Counters {
    const measures = this.#fold.at(wallMs())
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

  tell(event: ViewerEvent): void {
    this.#fold.add(event)
    this.#batch.add(event)
  }

  close(): void {
    this.#timers.forEach(clearInterval)
    this.tell({ kind: 'paused', atMs: wallMs() })
    this.#batch.flush()
  }

  #followSeek(): void {
    if (this.isLive && !this.#isWished) this.isJumping = true
    this.#isWished = false
    if (!this.isJumping) this.askToPlay(this.isLive ? undefined : this.positionSeconds)
  }

  #tellPlayhead(): void {
    const { paused, seeking, playbackRate } = this.#video
    if (paused || seeking) return void (this.#playhead = undefined)
    const now = { atMs: wallMs(), positionSeconds: this.positionSeconds }
    if (this.#playhead !== undefined) {
      playheadsBetween(this.#playhead, now, playbackRate, PLAYHEAD_MS).forEach((head) => this.#tellAt(head))
    }
    this.#tellAt(now)
    this.#playhead = now
  }

  #tellAt(head: Playhead): void {
    this.tell({ kind: 'playhead', ...head })
  }

  #tellBuffer(): void {
    if (this.hasPicture) this.tell({ kind: 'buffer', atMs: wallMs(), bufferSeconds: this.#bufferSeconds() })
  }

  /** Of sound alone there is no picture to wait for. */
  #hear(): void {
    this.hasPicture = true
    if (this.#awaitsSound) this.tell({ kind: 'sound-heard', atMs: wallMs() })
    this.#awaitsSound = false
  }

  readonly #onFrame = (nowMs: number, { mediaTime, presentedFrames }: VideoFrameCallbackMetadata): void => {
    const atMs = performance.timeOrigin + nowMs
    this.hasPicture = true
    // A busy page is called once for several frames: those before were shown as well, only their place is not told.
    const missed = presentedFrames - (this.#presentedFrames ?? presentedFrames - 1) - 1
    this.#presentedFrames = presentedFrames
    for (let index = 0; index < missed; index += 1) this.tell({ kind: 'frame-shown', atMs, state: 'intact' })
    this.tell({ kind: 'frame-shown', atMs, state: 'intact', ...this.#placeOf(mediaTime) })
    this.onPicture(mediaTime, atMs)
    // The picture of a seek while paused: what follows is no stall.
    if (this.#video.paused) this.tell({ kind: 'paused', atMs })
    // What a channel burns into its pictures is no frame's number.
    if (!this.isLive && this.#codes.wants(mediaTime) && typeof VideoFrame !== 'undefined')
      this.#readCode(mediaTime, atMs)
    this.#video.requestVideoFrameCallback(this.#onFrame)
  }

  /** The element may already be at the next picture, which has a callback of its own. */
  #readCode(mediaSeconds: number, atMs: number): void {
    const picture = new VideoFrame(this.#video)
    const isThatOne = Math.abs(picture.timestamp / 1e6 - mediaSeconds) < 0.001 // µs to s
    if (isThatOne) void this.#codes.read(picture, mediaSeconds, atMs)
    else picture.close()
  }

  #placeOf(mediaSeconds: number): { readonly ptsTicks?: number } {
    if (this.originSeconds === undefined) return {}
    return { ptsTicks: Math.round((mediaSeconds - this.originSeconds) * TICKS_PER_SECOND) }
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
