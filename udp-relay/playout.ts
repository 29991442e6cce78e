import { keyframeAtOrBefore, type Keyframe, type Outline } from '../protocol/outline.ts'
import type { FecFigures } from '../protocol/weir-api.ts'
import { scheduleFacts, TRACK_AUDIO, TRACK_VIDEO } from '../stream/send-schedule.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { EarlyLeaving } from './early-leaving.ts'
import { LiveFeed } from './live-feed.ts'
import { PacketFeed, type Feed, type FeedCourse, type FeedOptions } from './packet-feed.ts'
import type { PacketSink } from './packet-sink.ts'
import { PlayoutParity } from './playout-parity.ts'
import { PlayoutReports } from './playout-reports.ts'
import { placeOf, trackFormats, type PayloadTypes, type PlayoutTrack } from './playout-tracks.ts'
import { RtpSender } from './rtp-sender.ts'
import type { SendTimer } from './send-timer.ts'
import { newCname } from './sender-reports.ts'
import { NORMAL_PACE, Timeline, type PlayoutPace } from './timeline.ts'

/** One viewer's way of one presentation into one sink. Neither is closed by it: see closing.md. */
export type PlayoutOptions = FeedOptions & {
  readonly sink: PacketSink
  readonly timer: SendTimer
  readonly random: () => number // from 0 to 1
  /** Of each play anew, the sequence that its reports' times are drawn from; absent: `random`. */
  readonly newReportRandom?: () => () => number
  readonly withAudio: boolean
  /** As a viewer has negotiated them; absent: as `presentation-sdp.ts` describes them. */
  readonly payloadTypes?: PayloadTypes | undefined
  /** So many packets of a track are followed by one of parity, RFC 5109; absent: none is sent. */
  readonly fecGroupPackets?: number | undefined
  /** Packets leave up to so much before their time, in bursts that the sink has to take; absent: 0. Never before a link. */
  readonly earlyMs?: number
  /** The last packet has gone and its frame has had its time, and a little more. */
  readonly onEnded: (end: PlayoutEnd) => void
  /** A segment cannot be read any more; nothing more will be sent. */
  readonly onFailed: (error: Error) => void
}

/** What went into the sink, so that a receiver knows of losses at the end. Sequence numbers by payload type. */
export type PlayoutEnd = { readonly lastSequenceNumbers: Readonly<Record<string, number>> }

/** Where the tracks go on, in their order: what RTP-Info tells (RFC 2326 section 12.33). */
export type PlayoutStart = {
  readonly startSeconds: number // the keyframe at or before the one asked for, or the pause point
  readonly durationSeconds: number // as far as it is known: a presentation may still grow
  readonly endSeconds?: number // of a way back
  readonly tracks: readonly { readonly sequenceNumber: number; readonly timestampTicks: number }[]
}

/** What a session needs of a playout, be it its own or one that it shares. */
export type SessionPlayout = Pick<Playout, 'tracks' | 'positionSeconds' | 'parity' | 'play' | 'pause' | 'close'>

/** `superseded`: another play, a pause or the end came first. */
export class PlayoutRefusal extends Error {
  readonly code: 'start-beyond-end' | 'nothing-to-play' | 'superseded'

  constructor(code: PlayoutRefusal['code'], message: string) {
    super(message)
    this.code = code
  }
}

const TOO_LATE_MS = 1000 // after a suspended machine or a slow disk the rest is sent later, not all at once
const GROWTH_POLL_MS = 250
const BYE_AFTER_MS = 500 // ffmpeg reads RTCP first: a BYE would throw away the packets that it has not read yet

/** Plays a presentation to one viewer by the send schedule. RTP timestamps and sequence numbers go on over pauses and
 *  seeks; a timestamp is its picture's PTS while the packets go in decode order (RFC 6184 section 5.1). */
export class Playout {
  readonly tracks: readonly PlayoutTrack[]
  readonly #options: PlayoutOptions
  readonly #senders: readonly RtpSender[]
  readonly #places: readonly [video: number, audio: number] // of a planned packet's kind among the tracks
  readonly #early: EarlyLeaving | undefined // absent: each packet at its time
  readonly #parity: PlayoutParity | undefined
  readonly #reports: PlayoutReports
  readonly #createdMs: number
  readonly #frameIntervalMs: number
  readonly #reorderMs: number // how long a picture is sent before its time
  #feed: Feed | undefined
  #timeline: Timeline | undefined // while playing
  #latestTimeline: Timeline | undefined // also after that
  #turn = 0 // counts play, pause and close: what began in another turn is stale
  #pausedMs = 0 // media time, while not playing
  #newestSentMs = 0 // by the clock
  #sentUntilMs = 0 // RTP time since the session began
  #cancelAlarm = (): void => {}

  constructor(options: PlayoutOptions) {
    const { random, timer, presentation, payload = 'h264' } = options
    const outline = presentation.outline()
    this.#options = options
    this.#createdMs = timer.nowMs()
    const cname = newCname(random)
    this.#frameIntervalMs = scheduleFacts(outline).frameIntervalTicks / 90 // 90 ticks a ms
    this.#reorderMs = payload === 'mp2t' ? 0 : reorderTicks(outline) / 90
    const formats = trackFormats(outline, payload, options.withAudio, options.payloadTypes)
    const { sink, fecGroupPackets, earlyMs = 0, isLooped = false } = options
    const { memory } = sink
    this.#senders = formats.map((format) => new RtpSender({ ...format, random, memory }))
    const [senders, reorderMs] = [this.#senders, this.#reorderMs]
    this.#reports = new PlayoutReports({ senders, sink, timer, cname, random, reorderMs })
    if (earlyMs > 0) this.#early = new EarlyLeaving(sink, earlyMs, isLooped)
    if (fecGroupPackets !== undefined) this.#parity = new PlayoutParity(this.#senders, fecGroupPackets, sink)
    this.#places = [placeOf(formats, { trackIndex: TRACK_VIDEO }), placeOf(formats, { trackIndex: TRACK_AUDIO })]
    this.tracks = formats.map((format, index) => ({ ...format, ssrc: this.#sender(index).ssrc }))
  }

  get durationSeconds(): number {
    const last = this.#options.presentation.outline().segments.at(-1)
    return last === undefined ? 0 : last.startSeconds + last.durationSeconds
  }

  /** What has been sent for repair; undefined where nothing is. */
  get parity(): FecFigures | undefined {
    return this.#parity?.figures()
  }

  get isPlaying(): boolean {
    return this.#timeline !== undefined
  }

  /** Media time that is being sent. */
  get positionSeconds(): number {
    const positionMs = this.#timeline?.mediaMs(this.#options.timer.nowMs()) ?? this.#pausedMs
    return Math.min(Math.max(positionMs / 1000, 0), this.durationSeconds)
  }

  /** Plays from the keyframe at or before `startSeconds`; without it goes on from the pause point, or from 0.
   *  `beforeFirstPacket` is given what the promise resolves to, and is waited for. The first packet is due then, or at
   *  `firstPacketMs`, a moment that has just passed. With a scale above 1 keyframes alone are sent; below 0 keyframes back to
   *  `endSeconds`, and without a start or a pause point from the end. Rejects with
   *  PlayoutRefusal (what was playing then plays on, unless it was superseded), or when the segment cannot be read. */
  async play(
    startSeconds?: number,
    beforeFirstPacket?: (start: PlayoutStart) => Promise<void>,
    firstPacketMs?: number,
    pace: PlayoutPace = NORMAL_PACE,
    endSeconds = 0,
  ): Promise<PlayoutStart> {
    const course = courseOf(pace, endSeconds)
    if (course.kind === 'all' && !startSeconds && this.#hasTail) return this.#playAtEdge(pace, beforeFirstPacket)
    const goesOn = startSeconds === undefined && this.#feed !== undefined && !this.#feed.hasEnded
    const resumes = goesOn && this.#feed?.course.kind === course.kind
    const fallbackSeconds = course.kind === 'reverse' ? this.durationSeconds : undefined
    const wantedSeconds = startSeconds ?? (goesOn ? this.positionSeconds : fallbackSeconds)
    const keyframe = resumes ? undefined : this.#keyframe(wantedSeconds)
    const turn = this.#stop()
    if (keyframe !== undefined) {
      const feed = await PacketFeed.open(this.#options, keyframe, course)
      this.#checkTurn(turn)
      this.#feed = feed
      this.#pausedMs = keyframe.startSeconds * 1000 // s to ms
    }
    const start = this.#nextStart(firstPacketMs ?? this.#options.timer.nowMs())
    await beforeFirstPacket?.(start.told)
    this.#checkTurn(turn)
    this.#begin(start.elapsedMs, firstPacketMs ?? this.#options.timer.nowMs(), pace)
    return start.told
  }

  /** Of a stream whose units come one by one, from the next keyframe on. Nobody wants its beginning: players ask for 0 when
   *  they mean that they ask for no other place. */
  async #playAtEdge(
    pace: PlayoutPace,
    beforeFirstPacket?: (start: PlayoutStart) => Promise<void>,
  ): Promise<PlayoutStart> {
    const turn = this.#stop()
    const { presentation, maxRtpBytes } = this.#options
    const tail = presentation.live?.tail
    const feed = tail && (await LiveFeed.open({ outline: presentation.outline(), tail, maxRtpBytes }))
    this.#checkTurn(turn)
    if (feed === undefined) throw new PlayoutRefusal('nothing-to-play', 'the stream has ended, or has no keyframe')
    this.#feed = feed
    this.#pausedMs = feed.startSeconds * 1000 // s to ms
    const nowMs = this.#options.timer.nowMs()
    const start = this.#nextStart(nowMs)
    await beforeFirstPacket?.(start.told)
    this.#checkTurn(turn)
    this.#begin(start.elapsedMs, nowMs, pace)
    return start.told
  }

  get #hasTail(): boolean {
    return this.#options.presentation.live?.tail !== undefined && this.#options.payload !== 'mp2t'
  }

  /** While it plays: where the tracks go on for a viewer who joins now. */
  position(): PlayoutStart {
    const timeline = this.#timeline
    if (timeline === undefined) throw new Error('nothing is being played')
    return this.#told(timeline.elapsedMs(timeline.mediaMs(this.#options.timer.nowMs()) + this.#reorderMs))
  }

  /** Stops after the frame that is under way, of which the rest leaves at once. */
  pause(): { readonly positionSeconds: number } {
    this.#stop()
    return { positionSeconds: this.positionSeconds }
  }

  /** Says goodbye; the sink and the presentation stay open. */
  close(): void {
    this.#stop()
    this.#reports.sayBye(this.#latestTimeline)
  }

  /** Without a start, 0; of a live stream the newest one, and never one that is gone. */
  #keyframe(startSeconds: number | undefined): Keyframe {
    const outline = this.#options.presentation.outline()
    const window = this.#options.presentation.live?.window ?? { startSeconds: 0, liveSeconds: 0 }
    const seconds = Math.max(startSeconds ?? window.liveSeconds, window.startSeconds)
    if (seconds > this.durationSeconds) {
      throw new PlayoutRefusal('start-beyond-end', `${seconds} s is after the end, ${this.durationSeconds} s`)
    }
    // The first picture may be shown a little after 0.
    const keyframe = keyframeAtOrBefore(outline, seconds) ?? keyframeAtOrBefore(outline, this.durationSeconds)
    if (keyframe === undefined) throw new PlayoutRefusal('nothing-to-play', 'the presentation has no keyframe yet')
    return this.#options.payload === 'mp2t' ? startOfSegment(outline, keyframe) : keyframe
  }

  /** Ends sending; gives the number of the turn that begins. */
  #stop(): number {
    this.#cancelAlarm()
    const timeline = this.#timeline
    if (timeline !== undefined) {
      while (this.#feed?.isMidUnit) this.#sendNext(timeline, this.#options.timer.nowMs())
      this.#early?.bursts.flush()
      this.#parity?.closeGroups(this.#options.timer.nowMs())
      this.#pausedMs = Math.max(0, this.#nextMediaMs())
      this.#timeline = undefined
    }
    this.#turn += 1
    return this.#turn
  }

  /** Where it goes on. Backwards that is when the next picture is shown: RTP time counts down from there, not from before. */
  #nextMediaMs(): number {
    const nextMs = this.#feed?.nextSendMs ?? Infinity
    if (nextMs === Infinity) return this.positionSeconds * 1000 // s to ms
    return this.#feed?.course.kind === 'reverse' ? nextMs + this.#reorderMs : nextMs
  }

  #checkTurn(turn: number): void {
    if (turn !== this.#turn) throw new PlayoutRefusal('superseded', 'another request came first')
  }

  /** RTP time follows the clock, so that all sender reports tell one mapping. A keyframe's timestamp is the RTP time at
   *  which it is sent: GStreamer ignores a first report that tells an earlier one. */
  #nextStart(firstPacketMs: number): { readonly told: PlayoutStart; readonly elapsedMs: number } {
    const clockMs = firstPacketMs - this.#createdMs
    const elapsedMs = Math.max(clockMs + this.#pausedMs - this.#firstSendMs() - this.#reorderMs, this.#sentUntilMs)
    return { told: this.#told(elapsedMs), elapsedMs }
  }

  #told(elapsedMs: number): PlayoutStart {
    const tracks = this.#senders.map((sender) => ({
      sequenceNumber: sender.nextSequenceNumber,
      timestampTicks: sender.timestampAt((elapsedMs * sender.clockRateHz) / 1000), // ms to ticks
    }))
    const course = this.#feed?.course
    const end = course?.kind === 'reverse' ? { endSeconds: course.endSeconds } : {}
    return { startSeconds: this.positionSeconds, durationSeconds: this.durationSeconds, ...end, tracks }
  }

  #begin(elapsedMs: number, firstPacketMs: number, pace: PlayoutPace): void {
    const { newReportRandom, timer } = this.#options
    const firstSendMs = this.#firstSendMs()
    this.#timeline = new Timeline({ startMs: this.#pausedMs, elapsedMs, firstSendMs, nowMs: firstPacketMs }, pace)
    this.#latestTimeline = this.#timeline
    this.#reports.begin(firstPacketMs, newReportRandom?.())
    this.#cancelAlarm = timer.wakeAt(firstPacketMs, this.#wake)
  }

  #firstSendMs(): number {
    const nextMs = this.#feed?.nextSendMs ?? Infinity
    return nextMs === Infinity ? this.#pausedMs : nextMs
  }

  /** Everything due, then the next alarm. */
  readonly #wake = (): void => {
    const feed = this.#feed
    const timeline = this.#timeline
    if (feed === undefined || timeline === undefined) return
    const nowMs = this.#options.timer.nowMs()
    const lateMs = nowMs - timeline.dueMs(feed.nextSendMs)
    if (lateMs > TOO_LATE_MS) timeline.delay(lateMs)
    if (nowMs - this.#reports.nextMs > TOO_LATE_MS) this.#reports.skipTo(nowMs)
    this.#sendDue(feed, timeline, nowMs + (this.#early?.earlyMs ?? 0))
    this.#early?.bursts.flush()
    this.#prefetch(feed)
    const nextMs = this.#nextWakeMs(feed, timeline, nowMs)
    if (nextMs <= nowMs) this.#end()
    else this.#cancelAlarm = this.#options.timer.wakeAt(nextMs, this.#wake)
  }

  /** Reports and packets in the order of their moments, however late the timer is: what a link does with them then depends
   *  on no timer. */
  #sendDue(feed: Feed, timeline: Timeline, untilMs: number): void {
    for (;;) {
      const dueMs = timeline.dueMs(feed.nextSendMs)
      const packetMs = feed.edge === undefined ? dueMs : Math.max(dueMs, this.#newestSentMs) // what is due may move back
      if (Math.min(packetMs, this.#reports.nextMs) > untilMs) return
      if (this.#reports.nextMs <= packetMs) this.#sendReports(timeline)
      else {
        this.#newestSentMs = packetMs
        this.#sendNext(timeline, packetMs)
      }
    }
  }

  /** Not after `nowMs` when all has been played and the end may be told. */
  #nextWakeMs(feed: Feed, timeline: Timeline, nowMs: number): number {
    const { nextSendMs } = feed
    if (nextSendMs !== Infinity) {
      const dueMs = Math.min(timeline.dueMs(nextSendMs), this.#reports.nextMs)
      return this.#early?.wakeMs(dueMs, nowMs) ?? dueMs
    }
    if (!feed.hasEnded) return nowMs + GROWTH_POLL_MS
    return nowMs + BYE_AFTER_MS + this.#sentUntilMs - timeline.elapsedMs(timeline.mediaMs(nowMs))
  }

  /** A feed that ran dry is not left waiting for the next poll. */
  #prefetch(feed: Feed): void {
    if (!feed.wantsSegment) return
    const onFetched = (): void => {
      if (feed !== this.#feed || this.#timeline === undefined) return
      this.#keepAtEdge(feed, this.#timeline)
      this.#cancelAlarm()
      this.#wake()
    }
    const onFailed = (error: Error): void => {
      if (feed !== this.#feed) return
      this.close()
      this.#options.onFailed(error)
    }
    feed.prefetch(onFetched, onFailed)
  }

  /** A picture that has come is due now at the latest: the first one may have been slow, and all others would wait for it. */
  #keepAtEdge({ edge }: Feed, timeline: Timeline): void {
    if (edge?.newestPictureMs === undefined) return
    const earlyMs = timeline.dueMs(edge.newestPictureMs) - this.#options.timer.nowMs()
    if (earlyMs > 0) timeline.delay(-earlyMs)
  }

  #sendNext(timeline: Timeline, scheduledMs: number): void {
    const next = this.#feed?.take()
    if (next === undefined) return
    const { packet, mediaTicks } = next
    const trackIndex = this.#places[packet.trackIndex]
    const sender = this.#senders[trackIndex]
    if (sender === undefined) return // without audio
    const timestampTicks = sender.timestampAt(timeline.elapsedTicks(mediaTicks, sender.clockRateHz))
    const shownMs = timeline.elapsedMs((mediaTicks * 1000) / sender.clockRateHz) // ticks to ms
    this.#sentUntilMs = Math.max(this.#sentUntilMs, shownMs + this.#frameIntervalMs)
    this.#reports.notePacket()
    const bursts = this.#early?.bursts
    if (bursts !== undefined && packet.trackIndex === TRACK_VIDEO) {
      const at = bursts.place(RTP_HEADER_BYTES + packet.payload.length, scheduledMs)
      sender.write(bursts.chunk, at, packet.payload, packet.marker, timestampTicks)
      return
    }
    const bytes = sender.packet(packet.payload, packet.marker, timestampTicks)
    this.#options.sink.send('rtp', trackIndex, bytes, scheduledMs)
    if (this.#parity === undefined) return
    this.#parity.protect(trackIndex, bytes, timestampTicks, scheduledMs)
    if (this.#feed?.hasEnded) this.#parity.closeGroups(scheduledMs)
  }

  #sendReports(timeline: Timeline): void {
    this.#early?.bursts.flush() // reports stay in order with the packets
    this.#reports.send(timeline)
  }

  #end(): void {
    this.#stop()
    this.#reports.sayBye(this.#latestTimeline)
    const last = this.#senders.flatMap(({ payloadType, lastSequenceNumber }) =>
      lastSequenceNumber === undefined ? [] : [[String(payloadType), lastSequenceNumber] as const],
    )
    this.#options.onEnded({ lastSequenceNumbers: Object.fromEntries(last) })
  }

  #sender(trackIndex: number): RtpSender {
    return this.#senders[trackIndex] as RtpSender
  }
}

function courseOf({ scale }: PlayoutPace, endSeconds: number): FeedCourse {
  if (scale < 0) return { kind: 'reverse', endSeconds }
  return { kind: scale > 1 ? 'keyframes' : 'all' }
}

/** From the decode time to the presentation time of a keyframe, the same for all of them. */
function reorderTicks({ segments }: Outline): number {
  const keyframe = segments[0]?.frames[0]
  return keyframe === undefined ? 0 : keyframe.ptsTicks - keyframe.dtsTicks
}

/** Transport packets are understood from the tables on that begin a segment. */
function startOfSegment({ segments }: Outline, { segmentIndex }: Keyframe): Keyframe {
  return { segmentIndex, frameIndex: 0, startSeconds: segments[segmentIndex]?.startSeconds ?? 0 }
}
