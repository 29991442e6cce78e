import { decodeRtcp, type RtcpPacket } from '../protocol/rtcp.ts'
import type { RtpPacket } from '../protocol/rtp.ts'
import type { RtpInfo } from '../protocol/rtsp-headers.ts'
import type { SdpTrack } from '../protocol/sdp.ts'
import type { FrameVerdict } from '../stream/frame-integrity.ts'
import { FramePlayback } from '../stream/frame-playback.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { MeasuresFold, type Measures } from '../stream/measures.ts'
import { DECODE_MS, PlaybackClock } from '../stream/playback-clock.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { RepairRequests } from '../stream/repair-requests.ts'
import { HeldDatagrams } from './held-datagrams.ts'
import { MediaTime } from './media-time.ts'
import { ReceivedTrack, type TrackFigures, type TrackMedia } from './received-track.ts'
import { TrackReports } from './track-reports.ts'
import type { PlayAnswer } from './receiver-conversation.ts'
import { trackFormat, trackMedia, type TrackFormat } from './track-media.ts'
import { TsRecording, type TsSink } from './ts-recording.ts'

/** Who takes further what is received. */
export type MediaTaker = {
  /** The offered tracks that are wanted. Throws ReceiverFailure. */
  choose(offers: readonly SdpTrack[]): readonly SdpTrack[]
  /** PLAY is answered: where each of the wanted tracks starts, for those of which it is told. */
  begin(starts: readonly (RtpInfo | undefined)[]): void
  /** A first packet has come; it is given when all before it has. */
  takeFirst(trackIndex: number, timestampTicks: number): void
  /** In order, each once, with the gaps between them. */
  takePacket(trackIndex: number, item: Released<RtpPacket>): void
  takeReports(trackIndex: number, packets: readonly RtcpPacket[]): void
}

export type ReceivedPresentationOptions = {
  readonly tracks: readonly SdpTrack[]
  readonly durationSeconds: number | undefined // as described
  readonly jitterBufferMs: number
  readonly cname: string
  readonly askedMs: number // the wish to play
  readonly tell: (event: ViewerEvent) => void
  readonly sendRtcp: (trackIndex: number, datagram: Uint8Array) => void
  readonly onTransportStream: TsSink | undefined
  readonly taker: MediaTaker | undefined
}

/** bye: the sender said so; complete: the described end has been played; silence: nothing came for ten seconds. */
export type ReceiverEnd = {
  readonly reason: 'bye' | 'complete' | 'silence' | 'connection-lost' | 'closed'
  readonly why?: string
}

export type ReceiverFigures = {
  readonly measures: Measures
  readonly tracks: readonly TrackFigures[]
  readonly positionSeconds: number
  readonly bufferMs: number // of pictures, or of sound alone, beyond what is due
  readonly skippedFrames: number // overtaken before their time
}

type Received = { readonly track: ReceivedTrack; readonly reports: TrackReports; readonly time: MediaTime }

const TICK_MS = 10
const SILENCE_MS = 10_000
const QUIET_END_MS = 1000 // after the described end
const DEFAULT_FRAME_INTERVAL_MS = 1000 / 30

/** Everything that comes of one PLAY: tracks, playback, reports, and how it ends. */
export class ReceivedPresentation {
  readonly ended: Promise<ReceiverEnd>
  readonly #options: ReceivedPresentationOptions
  readonly #formats: readonly TrackFormat[]
  readonly #fold: MeasuresFold
  readonly #clock: PlaybackClock
  readonly #playback: FramePlayback
  readonly #recording: TsRecording | undefined
  readonly #isSoundAlone: boolean
  #tracks: readonly Received[] = []
  readonly #held = new HeldDatagrams()
  #startSeconds = 0 // of the video, at time 0
  #isPaused = false
  #ticker: NodeJS.Timeout | undefined
  #beganMs = 0
  #finishAtMs = Infinity // all have said goodbye: what is under way may still come
  #finalMs: number | undefined
  #settle: (end: ReceiverEnd) => void = () => {}

  constructor(options: ReceivedPresentationOptions) {
    const { tracks, jitterBufferMs, askedMs, onTransportStream } = options
    this.#options = options
    this.#formats = tracks.map(trackFormat)
    this.#isSoundAlone = this.#formats.every(({ kind }) => kind === 'aac')
    const intervalMs = this.#frameIntervalMs()
    this.#fold = new MeasuresFold(intervalMs)
    this.#clock = new PlaybackClock(jitterBufferMs)
    this.#playback = new FramePlayback(this.#clock, this.#tell)
    this.#recording = onTransportStream && new TsRecording(this.#formats, intervalMs, onTransportStream)
    this.ended = new Promise((resolve) => (this.#settle = resolve))
    this.#tell({ kind: 'play-asked', atMs: askedMs })
  }

  /** PLAY has been answered; `roundTripMs` is what RTSP saw. */
  begin({ starts, startSeconds = 0 }: PlayAnswer, roundTripMs: number): void {
    this.#startSeconds = startSeconds
    this.#tracks = this.#options.tracks.map((description, index) =>
      this.#newTrack(description, index, starts[index], roundTripMs),
    )
    this.#options.taker?.begin(starts)
    this.#takeHeld()
    this.#ticker = setInterval(() => this.#tick(performance.now()), TICK_MS)
  }

  /** The server has stopped: what is due now stands. */
  pause(): void {
    if (this.#isPaused || this.#finalMs !== undefined) return
    this.#isPaused = true
    const nowMs = performance.now()
    this.#playback.advance(nowMs)
    this.#clock.pause(nowMs)
    this.#tell({ kind: 'paused', atMs: nowMs })
  }

  /** Goes on with the answer to another PLAY. Rejects as `ask` does. */
  async resume(ask: () => Promise<PlayAnswer>): Promise<void> {
    this.#held.hold()
    try {
      this.#goOn(await ask())
    } finally {
      this.#takeHeld()
    }
  }

  #goOn({ starts, startSeconds }: PlayAnswer): void {
    for (const [index, { time }] of this.#tracks.entries()) {
      const start = starts[index]
      const isTold = start !== undefined && startSeconds !== undefined
      if (isTold) time.goOn(start.timestampTicks, startSeconds - this.#startSeconds)
    }
    if (!this.#isPaused) return
    this.#isPaused = false
    const nowMs = performance.now()
    this.#clock.resume(nowMs)
    this.#tell({ kind: 'resumed', atMs: nowMs })
  }

  #takeHeld(): void {
    this.#beganMs = performance.now()
    for (const { kind, trackIndex, datagram, atMs } of this.#held.release()) {
      if (kind === 'rtp') this.takeRtp(trackIndex, datagram, atMs)
      else this.takeRtcp(trackIndex, datagram, atMs)
    }
  }

  takeRtp(trackIndex: number, datagram: Uint8Array, nowMs: number): void {
    const found = this.#tracks[trackIndex]
    if (this.#held.keeps('rtp', trackIndex, datagram, nowMs) || found === undefined) return
    found.track.takeRtp(datagram, nowMs)
    found.reports.askForMissing(nowMs)
  }

  takeRtcp(trackIndex: number, datagram: Uint8Array, nowMs: number): void {
    const found = this.#tracks[trackIndex]
    if (this.#held.keeps('rtcp', trackIndex, datagram, nowMs) || found === undefined) return
    const read = decodeRtcp(datagram)
    if (!read.ok) return
    found.reports.take(read.value, nowMs)
    this.#options.taker?.takeReports(trackIndex, read.value)
    const hasAllEnded = this.#tracks.every(({ reports }) => reports.hasSaidBye)
    if (hasAllEnded && this.#finishAtMs === Infinity) this.#finishAtMs = nowMs + this.#options.jitterBufferMs
  }

  /** Over TCP, and in a pause, nothing more can come; UDP may go on, and its silence will tell. */
  connectionLost(why: string, transport: 'udp' | 'tcp'): void {
    if (transport === 'tcp' || this.#isPaused) this.#end({ reason: 'connection-lost', why }, performance.now())
  }

  figures(): ReceiverFigures {
    const nowMs = this.#finalMs ?? performance.now()
    return {
      measures: this.#fold.at(nowMs),
      tracks: this.#tracks.map(({ track }) => track.figures()),
      positionSeconds: this.#positionSeconds(nowMs),
      bufferMs: this.#playback.bufferMs(nowMs),
      skippedFrames: this.#playback.skippedFrames,
    }
  }

  /** We leave; the server is told. */
  close(): void {
    const nowMs = performance.now()
    for (const { reports } of this.#tracks) reports.leave(nowMs)
    this.#end({ reason: 'closed' }, nowMs)
  }

  readonly #tell = (event: ViewerEvent): void => {
    this.#fold.add(event)
    this.#options.tell(event)
  }

  #newTrack(description: SdpTrack, index: number, start: RtpInfo | undefined, roundTripMs: number): Received {
    const { jitterBufferMs, cname, sendRtcp } = this.#options
    const waitMs = Math.max(0, jitterBufferMs - DECODE_MS)
    const format = this.#formats[index] as TrackFormat
    const time = new MediaTime(description.clockRateHz, start?.timestampTicks)
    const media = trackMedia(format, time, {
      onFrame: (ptsTicks, frame, nowMs) => this.#takeFrame(ptsTicks, frame, nowMs),
      onSound: (ptsTicks, accessUnit, nowMs) => this.#takeSound(ptsTicks, accessUnit, nowMs),
      onTransport: (packets) => this.#recording?.transport(packets),
      onClock: (ptsTicks, nowMs) => this.#clock.start(ptsTicks / 90, nowMs), // 90 ticks a ms
    })
    const track = new ReceivedTrack({
      description,
      waitMs,
      first: start,
      repairs: description.repair && new RepairRequests({ waitMs, roundTripMs }),
      media: this.#withTaker(index, media),
      tell: this.#tell,
      onFirst: (timestampTicks, arrivalMs) => {
        this.#options.taker?.takeFirst(index, timestampTicks)
        if (format.kind === 'video' || this.#isSoundAlone) this.#startClock(time.at(timestampTicks), format, arrivalMs)
      },
    })
    const send = (datagram: Uint8Array): void => sendRtcp(index, datagram)
    return {
      track,
      time,
      reports: new TrackReports({ track, cname, jitterBufferMs, roundTripMs, send, random: Math.random }),
    }
  }

  #withTaker(trackIndex: number, media: TrackMedia): TrackMedia {
    const { taker } = this.#options
    if (taker === undefined) return media
    return {
      push(item, nowMs) {
        taker.takePacket(trackIndex, item)
        media.push(item, nowMs)
      },
      finish: (nowMs) => media.finish(nowMs),
    }
  }

  /** In the video; never before where it began. */
  #positionSeconds(nowMs: number): number {
    return this.#startSeconds + Math.max(0, (this.#clock.positionMs(nowMs) ?? 0) / 1000) // ms to s
  }

  /** A keyframe is sent as long before its time as pictures are reordered. */
  #startClock(ptsTicks: number, format: TrackFormat, arrivalMs: number): void {
    const reorderFrames = (format.kind === 'video' ? format.sps?.reorderFrames : undefined) ?? 0
    this.#clock.start(ptsTicks / 90 - reorderFrames * this.#frameIntervalMs(), arrivalMs) // 90 ticks a ms
  }

  #frameIntervalMs(): number {
    const video = this.#formats.find((format) => format.kind === 'video')
    const framesPerSecond = video?.sps?.framesPerSecond
    return framesPerSecond === undefined ? DEFAULT_FRAME_INTERVAL_MS : 1000 / framesPerSecond
  }

  #takeFrame(ptsTicks: number, { state, nals }: FrameVerdict, nowMs: number): void {
    this.#playback.add(ptsTicks / 90, state, nowMs) // 90 ticks a ms
    if (nals !== undefined) this.#recording?.picture({ ptsTicks, nals })
  }

  #takeSound(ptsTicks: number, accessUnit: Uint8Array, nowMs: number): void {
    this.#recording?.sound(ptsTicks, accessUnit)
    if (this.#isSoundAlone) this.#playback.add(ptsTicks / 90, 'sound', nowMs) // 90 ticks a ms
  }

  #tick(nowMs: number): void {
    for (const { track, reports } of this.#tracks) {
      track.advance(nowMs)
      reports.askForMissing(nowMs)
      reports.reportWhenDue(nowMs)
    }
    this.#playback.advance(nowMs)
    const end = this.#whyEnded(nowMs)
    if (end !== undefined) this.#end(end, nowMs)
  }

  #whyEnded(nowMs: number): ReceiverEnd | undefined {
    if (nowMs >= this.#finishAtMs) {
      this.#finishTracks(nowMs)
      return this.#playback.isEmpty ? { reason: 'bye' } : undefined
    }
    const lastMs = Math.max(this.#beganMs, ...this.#tracks.map(({ track }) => track.lastArrivalMs ?? 0))
    const silentMs = nowMs - lastMs
    const { durationSeconds = Infinity } = this.#options
    if (this.#isPaused) return undefined
    if (this.#positionSeconds(nowMs) >= durationSeconds && silentMs > QUIET_END_MS) return { reason: 'complete' }
    return silentMs > SILENCE_MS ? { reason: 'silence', why: `nothing came for ${SILENCE_MS / 1000} s` } : undefined
  }

  #end(end: ReceiverEnd, nowMs: number): void {
    if (this.#finalMs !== undefined) return
    this.#finalMs = nowMs
    clearInterval(this.#ticker)
    this.#finishTracks(nowMs)
    this.#playback.advance(nowMs)
    this.#recording?.finish()
    this.#tell({ kind: 'ended', atMs: this.#endMs(end, nowMs) })
    this.#settle(end)
  }

  /** After the last frame of a stream that has come to its end nothing is overdue. */
  #endMs({ reason }: ReceiverEnd, nowMs: number): number {
    const isWhole = (reason === 'bye' || reason === 'complete') && this.#playback.isEmpty
    return isWhole ? Math.min(nowMs, this.#playback.lastShownMs + this.#frameIntervalMs()) : nowMs
  }

  #finishTracks(nowMs: number): void {
    for (const { track, reports } of this.#tracks) track.finish(nowMs, reports.lastSequenceNumber)
  }
}
