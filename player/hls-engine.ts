import Hls, { PlaylistLevelType, type ErrorData, type Fragment, type Level } from 'hls.js'
import workerPath from 'hls.js/dist/hls.worker.js?url'
import { livePace } from '../stream/live-pace.ts'
import { liveSettings } from '../stream/live-settings.ts'
import type { ElementRecord } from './element-record.ts'
import { originTicksOf } from './origin-ticks.ts'
import type { ReceivedFiles } from './received-files.ts'
import { SegmentLog } from './segment-log.ts'
import type { SideStatus } from './side.ts'
import { problemWords } from './words.ts'

/** Into the browser's cache: hls.js starts its worker while it loads the first segment, and the script would come over the
 *  socket on which the next one should go. */
export async function fetchWorker(): Promise<void> {
  await fetch(workerPath)
    .then((response) => response.arrayBuffer())
    .catch(() => undefined) // hls.js will ask for it, or do without
}

const AUTO = -1

const TICKS_PER_SECOND = 90_000

export type EngineOptions = {
  readonly video: HTMLVideoElement
  readonly record: ElementRecord
  readonly address: string // of the multivariant playlist, through the link
  readonly packageAddress: string // of the package, beside the link
  readonly startSeconds: number
  readonly live: LiveFiles | undefined // of what is live: it begins near the edge, and stays there
  readonly variant: string | undefined
  readonly onProblem: (problem: NonNullable<SideStatus['problem']>) => void
}

/** Where a live picture is told to have come, and to stand on the channel's own timeline. */
export type LiveFiles = {
  readonly files: ReceivedFiles
  readonly originTicks: () => number | undefined // presentation time of the channel's first picture
}

export const isSupported = (): boolean => Hls.isSupported()

/** `…/hls/<id>/<variant>/index.m3u8` -> variant. */
function variantOf(level: Level | undefined): string | undefined {
  if (level === undefined) return undefined
  return /\/([^/]+)\/[^/]+$/.exec(new URL(level.uri, location.href).pathname)?.[1]
}

function problemOf({ type, details, response }: ErrorData): NonNullable<SideStatus['problem']> {
  if (type === Hls.ErrorTypes.MEDIA_ERROR) {
    return { message: problemWords.undecodable(details), whatToDo: problemWords.playAgain }
  }
  const answer =
    response === undefined || response.code === 0 ? problemWords.noAnswer : problemWords.answer(response.code)
  return {
    message: problemWords.notFetched(answer, details),
    whatToDo: problemWords.seeServerThenPlay,
  }
}

/** hls.js at work on a video element, and what it does as events of the run. */
export class HlsEngine {
  readonly #options: EngineOptions
  readonly #hls: Hls
  readonly #segments: SegmentLog
  #wantedVariant: string | undefined
  #shownVariant: string | undefined
  #timelineSeconds: number | undefined // presentation time in the files, less that on the element's timeline

  constructor(options: EngineOptions) {
    const { record, startSeconds, live, address, video, variant } = options
    this.#options = options
    this.#wantedVariant = variant
    this.#hls = new Hls({ ...(live === undefined ? { startPosition: startSeconds } : liveSettings), workerPath })
    this.#segments = new SegmentLog(
      (event) => record.tell(event),
      ({ level }) => variantOf(this.#hls.levels[level]),
    )
    this.#listen()
    this.#hls.loadSource(address)
    this.#hls.attachMedia(video)
  }

  get variant(): string | undefined {
    return variantOf(this.#hls.levels[this.#hls.currentLevel])
  }

  chooseVariant(variant: string | undefined): void {
    this.#wantedVariant = variant
    this.#hls.currentLevel = this.#levelOf(variant)
  }

  details(): Readonly<Record<string, unknown>> {
    const { bandwidthEstimate } = this.#hls
    return { bandwidthEstimateBitsPerSecond: bandwidthEstimate, segments: this.#segments.snapshot() }
  }

  /** To be called now and then. */
  sweep(): void {
    this.#segments.sweep()
    if (this.#options.live !== undefined) this.#keepNear()
  }

  /** Of a picture of what is live, 90 kHz after the channel's first one; undefined before that is known. */
  liveTicksOf(mediaSeconds: number): number | undefined {
    const originTicks = this.#options.live?.originTicks()
    if (originTicks === undefined || this.#timelineSeconds === undefined) return undefined
    return Math.round((mediaSeconds + this.#timelineSeconds) * TICKS_PER_SECOND) - originTicks
  }

  close(): void {
    this.#hls.destroy()
  }

  #keepNear(): void {
    const { video } = this.#options
    const { latency, targetLatency } = this.#hls
    const { buffered, currentTime } = video
    const bufferSeconds = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime
    const pace = livePace(latency - (targetLatency ?? latency), bufferSeconds)
    if (video.playbackRate !== pace) video.playbackRate = pace
  }

  #listen(): void {
    const { Events } = Hls
    const ofVideo = (act: (segment: Fragment) => void) => (_: unknown, data: { readonly frag: Fragment }) => {
      if (data.frag.type === PlaylistLevelType.MAIN) act(data.frag)
    }
    this.#hls.on(Events.MANIFEST_PARSED, () => {
      const level = this.#levelOf(this.#wantedVariant)
      if (level !== AUTO) this.#hls.currentLevel = level
    })
    this.#hls.on(
      Events.FRAG_LOADING,
      ofVideo((segment) => this.#segments.asked(segment)),
    )
    this.#hls.on(
      Events.FRAG_LOADED,
      ofVideo((segment) => this.#segments.received(segment)),
    )
    this.#hls.on(
      Events.FRAG_LOAD_EMERGENCY_ABORTED,
      ofVideo((segment) => this.#segments.cancelled(segment)),
    )
    this.#hls.on(
      Events.FRAG_CHANGED,
      ofVideo(({ level }) => this.#tellVariant(this.#hls.levels[level])),
    )
    this.#hls.on(Events.FRAG_LOADED, (_, { frag, part }) => this.#noteReceived(part ?? frag))
    this.#hls.on(Events.ERROR, (_, data) => this.#onError(data))
    this.#followOrigin()
  }

  #noteReceived({ url, stats }: Pick<Fragment, 'url' | 'stats'>): void {
    this.#options.live?.files.add(url, performance.timeOrigin + stats.loading.end)
  }

  #onError(data: ErrorData): void {
    if (data.frag !== undefined) this.#segments.cancelled(data.frag)
    if (data.fatal) this.#options.onProblem(problemOf(data))
  }

  #tellVariant(level: Level | undefined): void {
    const variant = variantOf(level)
    if (level === undefined || variant === undefined || variant === this.#shownVariant) return
    this.#shownVariant = variant
    const bitsPerSecond = level.attrs.decimalInteger('BANDWIDTH')
    this.#options.record.tell({
      kind: 'variant-shown',
      atMs: performance.timeOrigin + performance.now(),
      variant,
      bitsPerSecond,
    })
  }

  /** hls.js lays its timeline by the earliest sample, which may be one of sound or of decoding time. */
  #followOrigin(): void {
    let originTicks: Promise<number | undefined> | undefined
    this.#hls.on(Hls.Events.INIT_PTS_FOUND, (_, { id, initPTS, timescale, frag }) => {
      if (id !== PlaylistLevelType.MAIN) return
      this.#timelineSeconds = initPTS / timescale
      if (this.#options.live !== undefined) return // it has no outline
      const variant = variantOf(this.#hls.levels[frag.level]) ?? ''
      originTicks ??= originTicksOf(`${this.#options.packageAddress}/${encodeURIComponent(variant)}/outline.json`)
      void originTicks.then((ticks) => {
        if (ticks !== undefined) this.#options.record.originSeconds = ticks / TICKS_PER_SECOND - initPTS / timescale
      })
    })
  }

  #levelOf(variant: string | undefined): number {
    return variant === undefined ? AUTO : this.#hls.levels.findIndex((level) => variantOf(level) === variant)
  }
}
