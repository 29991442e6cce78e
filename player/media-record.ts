import { MeasuresFold, type Measures } from '../stream/measures.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import { EventBatch } from './event-batch.ts'
import { FrameCodeReader } from './frame-code-reader.ts'
import { unrepairedPackets, type MediaStats } from './media-stats.ts'
import type { SideStart } from './side.ts'
import { wallMs } from './wall-clock.ts'

const TOLD_MS = 100
const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms
const TICKS_PER_SECOND = 90_000
const MOST_PACKETS = 10_000 // that one look at the sums may tell
const MOST_FROZEN_FRAMES = 1000 // and one gap between two pictures

/** Where RTP time lies in the video. */
export type MediaOrigin = { readonly startSeconds: number; readonly timestampTicks: number }

/** Turns what a video element shows of WebRTC media, and what the browser counts of its packets, into the events of a run. */
export class MediaRecord {
  readonly #video: HTMLVideoElement
  readonly #frameIntervalMs: number
  readonly #fold: MeasuresFold
  readonly #batch: EventBatch
  readonly #timers: readonly ReturnType<typeof setInterval>[]
  readonly #codes = new FrameCodeReader((frameNumber, atMs) => this.tell({ kind: 'code-read', atMs, frameNumber }))
  readonly #onPicture: () => void
  #origin: MediaOrigin | undefined
  #before: { readonly ptsTicks: number; readonly presentedFrames: number; readonly atMs: number } | undefined
  #counted: MediaStats | undefined // told already of this connection

  constructor(
    video: HTMLVideoElement,
    { frameIntervalMs, tell }: Pick<SideStart, 'tell'> & { readonly frameIntervalMs: number },
    onPicture: () => void,
  ) {
    this.#video = video
    this.#frameIntervalMs = frameIntervalMs
    this.#fold = new MeasuresFold(frameIntervalMs)
    this.#batch = new EventBatch('udp', tell)
    this.#onPicture = onPicture
    video.requestVideoFrameCallback(this.#onFrame)
    this.#timers = [
      setInterval(() => this.#tellPlayhead(), PLAYHEAD_MS),
      setInterval(() => this.#batch.flush(), TOLD_MS),
    ]
  }

  get measures(): Measures {
    return this.#fold.at(wallMs())
  }

  /** Of the picture shown now, which goes on with the clock until the next one; undefined before the first. */
  positionSeconds(): number | undefined {
    if (this.#before === undefined) return undefined
    return this.#before.ptsTicks / TICKS_PER_SECOND + (wallMs() - this.#before.atMs) / 1000 // ms to s
  }

  /** Another connection: what pictures of the one before are still to come has no place any more. */
  begin(): void {
    this.#origin = undefined
    this.#before = undefined
    this.#counted = undefined
  }

  place(origin: MediaOrigin, variant: string, track: ControlTrack): void {
    this.#origin = origin
    const { ssrc, sequenceNumber: firstSequenceNumber } = track
    const { startSeconds } = origin
    this.tell({ kind: 'rtp-started', atMs: wallMs(), track: 'video', variant, ssrc, firstSequenceNumber, startSeconds })
  }

  /** The browser tells sums, the record has a packet each: so each gets the mean size of those since the last look. */
  count(stats: MediaStats): void {
    const atMs = wallMs()
    const before = this.#counted
    this.#counted = stats
    const since = (read: (of: MediaStats) => number) =>
      Math.max(0, read(stats) - (before === undefined ? 0 : read(before)))
    const packets = Math.min(
      since(({ packetsReceived }) => packetsReceived),
      MOST_PACKETS,
    )
    const sizeBytes = Math.round(since(({ bytesReceived }) => bytesReceived) / Math.max(1, packets))
    for (let packet = 0; packet < packets; packet += 1)
      this.tell({ kind: 'media-received', atMs, track: 'video', sizeBytes })
    const lost = since(unrepairedPackets)
    if (lost > 0) this.tell({ kind: 'packets-given-up', atMs, packets: lost, track: 'video' })
    this.#tellRepaired(since, atMs)
  }

  /** All has been sent: what of it no picture has followed was not shown. */
  finish(endSeconds: number): void {
    if (this.#origin === undefined) return
    this.#tellFrozen(this.#framesUntil(Math.round(endSeconds * TICKS_PER_SECOND), this.#origin))
    this.tell({ kind: 'ended', atMs: wallMs() })
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

  #tellRepaired(since: (read: (of: MediaStats) => number) => number, atMs: number): void {
    const repairedPackets = since(({ packetsLost, repairedPackets: again }) => Math.min(packetsLost, again)) // some come twice
    const sizeBytes = since((of) => of.repairedBytes)
    if (sizeBytes === 0) return
    this.tell({ kind: 'repair-received', atMs, track: 'video', sizeBytes, repairedPackets, repairedBytes: sizeBytes })
  }

  #tellPlayhead(): void {
    const positionSeconds = this.#video.paused ? undefined : this.positionSeconds()
    if (positionSeconds !== undefined) this.tell({ kind: 'playhead', atMs: wallMs(), positionSeconds })
  }

  readonly #onFrame = (
    nowMs: number,
    { rtpTimestamp, presentedFrames, mediaTime }: VideoFrameCallbackMetadata,
  ): void => {
    this.#video.requestVideoFrameCallback(this.#onFrame)
    if (this.#origin === undefined || rtpTimestamp === undefined) return
    const atMs = performance.timeOrigin + nowMs
    const { startSeconds, timestampTicks } = this.#origin
    const ptsTicks = Math.round(startSeconds * TICKS_PER_SECOND) + ((rtpTimestamp - timestampTicks) | 0) // modulo 2^32
    this.#tellBetween(ptsTicks, presentedFrames, this.#origin, atMs)
    this.#before = { ptsTicks, presentedFrames, atMs }
    this.tell({ kind: 'frame-shown', atMs, state: 'intact', ptsTicks })
    if (this.#codes.wants(mediaTime) && typeof VideoFrame !== 'undefined') {
      void this.#codes.read(new VideoFrame(this.#video), mediaTime, atMs)
    }
    this.#onPicture()
  }

  /** A busy page is called once for several frames, which were shown as well; all others of a gap in RTP time were not. */
  #tellBetween(ptsTicks: number, presentedFrames: number, origin: MediaOrigin, atMs: number): void {
    const between = this.#framesUntil(ptsTicks, origin)
    const presentedBefore = this.#before?.presentedFrames ?? presentedFrames - 1
    const shown = Math.min(between, Math.max(0, presentedFrames - presentedBefore - 1))
    for (let frame = 0; frame < shown; frame += 1) this.tell({ kind: 'frame-shown', atMs, state: 'intact' })
    this.#tellFrozen(between - shown)
  }

  /** Since the picture that was shown last, or the beginning: a keyframe that was lost was due, too. */
  #framesUntil(laterTicks: number, { startSeconds }: MediaOrigin): number {
    const intervalTicks = 90 * this.#frameIntervalMs // 90 ticks a ms
    const ticks = this.#before?.ptsTicks ?? startSeconds * TICKS_PER_SECOND - intervalTicks
    return Math.max(0, Math.round((laterTicks - ticks) / intervalTicks) - 1)
  }

  #tellFrozen(frames: number): void {
    const atMs = wallMs()
    for (let frame = 0; frame < Math.min(frames, MOST_FROZEN_FRAMES); frame += 1)
      this.tell({ kind: 'frame-frozen', atMs })
  }
}
