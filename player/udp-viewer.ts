import { decodeRtp } from '../protocol/rtp.ts'
import { MeasuresFold } from '../stream/measures.ts'
import type { RunEvent, ViewerEvent } from '../stream/record.ts'
import type { FrameState } from '../stream/reference-chain.ts'
import type { SoundUnit } from './audio-output.ts'
import { EventBatch } from './event-batch.ts'
import { FrameCodeReader } from './frame-code-reader.ts'
import { PictureArrivals } from './picture-arrivals.ts'
import { PictureLatencies } from './picture-latencies.ts'
import { UdpEpoch } from './udp-epoch.ts'
import type { PlayingAnswer, ToWorker, UdpProgress } from './udp-messages.ts'
import { UdpReports } from './udp-reports.ts'
import { VariantOutline } from './variant-outline.ts'

type Datagram = { readonly bytes: ArrayBuffer; readonly arrivalMs: number }
type Phase = UdpProgress['phase']

/** Some seconds of video; what a page cannot take in time is lost, as on any way. */
const MAX_HELD_DATAGRAMS = 8192
const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms
const BUFFER_MS = 250
const MICROSECONDS = 1_000_000
const DEFAULT_FRAME_INTERVAL_MS = 1000 / 30

export type ViewerOptions = {
  readonly canvas: OffscreenCanvas
  readonly packageUrl: string // of the HLS package, where each variant's outline lies
  readonly jitterBufferMs: number
  readonly channel: string | undefined // of what is live
  readonly nowMs: () => number
  readonly onSound: (unit: SoundUnit) => void
  readonly onReport: (datagram: Uint8Array<ArrayBuffer>) => void // RTCP for the server
  readonly onEvents: (events: readonly RunEvent[]) => void
}

/** One UDP session's receiving end: datagrams in, pictures on the canvas, sound out, and a record of it all. */
export class UdpViewer {
  readonly #options: ViewerOptions
  readonly #context: OffscreenCanvasRenderingContext2D
  readonly #outlines = new Map<string, Promise<VariantOutline | undefined>>()
  readonly #reports: UdpReports
  readonly #batch: EventBatch
  readonly #codes = new FrameCodeReader((frameNumber, atMs) =>
    this.#batch.add({ kind: 'code-read', atMs, frameNumber }),
  )
  readonly #arrivals = new PictureArrivals()
  readonly #latencies: PictureLatencies | undefined // of a channel
  #fold: MeasuresFold | undefined // from the first answer on
  #askedMs: number
  #epoch: UdpEpoch | undefined
  #outline: VariantOutline | undefined
  #phase: Phase = 'starting'
  #held: Datagram[] | undefined = [] // while it is not known what they belong to
  #turn = 0
  #news = new News()
  #shownFrames = 0
  #hasBegun = false // something was shown, or heard
  #earlierSkipped = 0
  #earlierResets = 0
  #variant: { readonly variant: string; readonly bitsPerSecond: number } | undefined // of the pictures to come, until one is shown
  #playheadMs = 0 // when it was told last
  #bufferMs = 0

  constructor(options: ViewerOptions) {
    this.#options = options
    this.#batch = new EventBatch('udp', options.onEvents)
    this.#askedMs = options.nowMs()
    this.#reports = new UdpReports(options.onReport)
    this.#latencies = this.#followLatencies(options.channel)
    this.#context = options.canvas.getContext('2d', { alpha: false })!
  }

  get phase(): Phase {
    return this.#phase
  }

  /** The page asks to play from elsewhere; until the answer comes the picture stays. */
  ask({ atMs, fromSeconds }: Omit<Extract<ToWorker, { kind: 'asked' }>, 'kind'>): void {
    this.#askedMs = atMs
    this.#tell({ kind: 'play-asked', atMs, ...(this.#latencies === undefined ? { fromSeconds } : {}) })
    this.#turn += 1
    this.#endEpoch()
    this.#phase = 'starting'
    this.#held = []
  }

  async begin({ answer, bitsPerSecond }: Omit<Extract<ToWorker, { kind: 'playing' }>, 'kind'>): Promise<void> {
    const turn = this.#turn
    const outline = await this.#outlineOf(answer.variant)
    if (turn !== this.#turn) return
    this.#endEpoch()
    this.#outline = outline
    this.#variant = { variant: answer.variant, bitsPerSecond }
    this.#fold ??= this.#newFold(outline?.frameIntervalMs ?? DEFAULT_FRAME_INTERVAL_MS)
    this.#epoch = new UdpEpoch({
      answer,
      outline,
      jitterBufferMs: this.#options.jitterBufferMs,
      isLive: this.#latencies !== undefined,
      tell: this.#tell,
      onPicture: (picture, atMs) => this.#paint(picture, atMs),
      onSound: this.#options.onSound,
      onHeard: (atMs) => this.#hear(atMs),
      onVerdict: ({ state, timestampTicks }) => this.#news.judged(state, timestampTicks),
      onMissing: (ssrc, sequenceNumbers) => this.#reports.ask(ssrc, sequenceNumbers),
      ...(this.#latencies === undefined
        ? {}
        : { onVideoPacket: (ptsTicks, arrivalMs) => this.#arrivals.add(ptsTicks, arrivalMs) }),
      onLost: (kind, sequenceNumber) => this.#news.lost(kind, sequenceNumber),
    })
    this.#tellStart(answer)
    this.#reports.follow(this.#epoch.streams, this.#options.nowMs())
    this.#release()
  }

  /** Before the page asks to go on: what comes from now on is placed by the answer. */
  holdForResume(): void {
    this.#held = []
  }

  resume(answer: PlayingAnswer): void {
    const nowMs = this.#options.nowMs()
    this.#epoch?.resume(answer, nowMs)
    this.#tell({ kind: 'resumed', atMs: nowMs })
    this.#phase = this.#hasBegun ? 'playing' : 'starting'
    this.#release()
  }

  pause(): void {
    const nowMs = this.#options.nowMs()
    this.#epoch?.pause(nowMs)
    this.#tell({ kind: 'paused', atMs: nowMs })
    this.#phase = 'paused'
  }

  receive(datagram: Datagram): void {
    if (this.#held === undefined) return this.#push(datagram)
    this.#held.push(datagram)
    if (this.#held.length > MAX_HELD_DATAGRAMS) this.#held.shift()
  }

  end(lastSequenceNumbers: Readonly<Record<string, number>>): void {
    this.#epoch?.end(lastSequenceNumbers)
  }

  /** Does all that is due; gives when to come back. */
  advance(): number {
    const epoch = this.#epoch
    const nowMs = this.#options.nowMs()
    if (epoch === undefined) return nowMs + PLAYHEAD_MS
    epoch.advance(nowMs)
    this.#reports.advance(nowMs)
    if (this.#phase === 'playing') this.#tellPlace(epoch, nowMs)
    if (this.#phase === 'playing' && epoch.hasEnded(nowMs)) {
      this.#phase = 'ended'
      this.#tell({ kind: 'ended', atMs: nowMs })
    }
    const lookedMs = this.#phase === 'playing' ? this.#playheadMs : nowMs
    return Math.min(epoch.nextEventMs(), lookedMs + PLAYHEAD_MS)
  }

  /** Hands on the events that have not been. */
  tellEvents(): void {
    this.#batch.flush()
  }

  /** What is new since the last time it was asked; undefined before anything plays. */
  progress(): UdpProgress | undefined {
    const nowMs = this.#options.nowMs()
    const epoch = this.#epoch
    if (epoch === undefined || this.#fold === undefined) return undefined
    this.#followGrowth(nowMs)
    const news = this.#news
    this.#news = new News()
    const positionSeconds = epoch.positionSeconds(nowMs)
    return {
      phase: this.#phase,
      positionSeconds,
      atMs: nowMs,
      durationSeconds: epoch.endSeconds === Infinity ? positionSeconds : epoch.endSeconds,
      bufferSeconds: epoch.bufferSeconds(nowMs),
      measures: this.#fold.at(nowMs),
      lostSequenceNumbers: news.lostSequenceNumbers,
      damagedPtsTicks: news.damagedPtsTicks,
      frozenPtsTicks: news.frozenPtsTicks,
      shownFrames: this.#shownFrames,
      skippedFrames: this.#earlierSkipped + epoch.skippedFrames,
      decoderResets: this.#earlierResets + epoch.decoderResets,
    }
  }

  /** From here a lost packet is found in the outline. After a pause the numbers go on. */
  #tellStart({ variant, startSeconds, tracks }: PlayingAnswer): void {
    const atMs = this.#options.nowMs()
    for (const { kind: track, ssrc, sequenceNumber: firstSequenceNumber } of tracks) {
      this.#tell({ kind: 'rtp-started', atMs, track, variant, ssrc, firstSequenceNumber, startSeconds })
    }
  }

  /** Each picture of a channel is told with how late it is. */
  #followLatencies(channel: string | undefined): PictureLatencies | undefined {
    if (channel === undefined) return undefined
    const tell = (event: ViewerEvent): void => this.#batch.add(event)
    return new PictureLatencies({ channel, way: 'rtp', receivedMs: this.#arrivals.cameMs, tell })
  }

  readonly #tell = (event: ViewerEvent): void => {
    if (event.kind === 'frame-shown' && event.ptsTicks !== undefined) {
      this.#latencies?.show(event.ptsTicks, event.atMs)
    }
    this.#fold?.add(event)
    this.#batch.add(event)
  }

  #tellPlace(epoch: UdpEpoch, nowMs: number): void {
    if (nowMs - this.#playheadMs < PLAYHEAD_MS) return
    this.#playheadMs = nowMs
    this.#tell({ kind: 'playhead', atMs: nowMs, positionSeconds: epoch.positionSeconds(nowMs) })
    if (nowMs - this.#bufferMs < BUFFER_MS) return
    this.#bufferMs = nowMs
    this.#tell({ kind: 'buffer', atMs: nowMs, bufferSeconds: epoch.bufferSeconds(nowMs) })
  }

  #newFold(frameIntervalMs: number): MeasuresFold {
    const fold = new MeasuresFold(frameIntervalMs)
    fold.add({ kind: 'play-asked', atMs: this.#askedMs })
    return fold
  }

  #outlineOf(variant: string): Promise<VariantOutline | undefined> {
    const address = `${this.#options.packageUrl}/${encodeURIComponent(variant)}/outline.json`
    const known = this.#outlines.get(variant) ?? VariantOutline.load(address, this.#options.nowMs())
    this.#outlines.set(variant, known)
    return known
  }

  #followGrowth(nowMs: number): void {
    const epoch = this.#epoch
    void this.#outline?.growth(nowMs).then((frames) => epoch === this.#epoch && epoch?.expect(frames))
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    held.forEach((datagram) => this.#push(datagram))
  }

  #push({ bytes, arrivalMs }: Datagram): void {
    const datagram = new Uint8Array(bytes)
    if (this.#reports.take(datagram, arrivalMs)) return
    const packet = decodeRtp(datagram)
    if (packet.ok) this.#epoch?.push({ packet: packet.value, datagram, arrivalMs })
  }

  #paint(picture: VideoFrame, atMs: number): void {
    const { canvas } = this.#context
    const { displayWidth, displayHeight } = picture
    if (canvas.width !== displayWidth) canvas.width = displayWidth
    if (canvas.height !== displayHeight) canvas.height = displayHeight
    this.#context.drawImage(picture, 0, 0, displayWidth, displayHeight)
    const seconds = picture.timestamp / MICROSECONDS
    if (this.#latencies === undefined && this.#codes.wants(seconds)) void this.#codes.read(picture, seconds, atMs)
    else picture.close()
    this.#shownFrames += 1
    this.#noteBegun(atMs)
  }

  /** The first sound of what has no pictures. */
  #hear(atMs: number): void {
    this.#tell({ kind: 'sound-heard', atMs })
    this.#noteBegun(atMs)
  }

  #noteBegun(atMs: number): void {
    this.#hasBegun = true
    if (this.#variant !== undefined) this.#tell({ kind: 'variant-shown', atMs, ...this.#variant })
    this.#variant = undefined
    if (this.#phase === 'starting') this.#phase = 'playing'
  }

  #endEpoch(): void {
    this.#earlierSkipped += this.#epoch?.skippedFrames ?? 0
    this.#earlierResets += this.#epoch?.decoderResets ?? 0
    this.#epoch?.close()
    this.#epoch = undefined
  }
}

/** What the next progress tells. */
class News {
  readonly lostSequenceNumbers = { video: [] as number[], audio: [] as number[] }
  readonly damagedPtsTicks: number[] = []
  readonly frozenPtsTicks: number[] = []

  judged(state: FrameState, ptsTicks: number): void {
    if (state === 'damaged') this.damagedPtsTicks.push(ptsTicks)
    if (state === 'frozen') this.frozenPtsTicks.push(ptsTicks)
  }

  lost(kind: 'video' | 'audio', sequenceNumber: number): void {
    this.lostSequenceNumbers[kind].push(sequenceNumber)
  }
}
