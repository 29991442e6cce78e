import type { Alarm, EventQueue } from '../link/event-queue.ts'
import { JitterBuffer, type Released } from '../stream/jitter-buffer.ts'
import { MissedPackets } from '../stream/missed-packets.ts'
import { DECODE_MS, PlaybackClock } from '../stream/playback-clock.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { SendCourse } from '../stream/send-course.ts'
import type { SendPlan } from '../stream/send-plan.ts'
import { TRACK_AUDIO, TRACK_VIDEO } from '../stream/send-schedule.ts'
import { videoCodecOf } from '../protocol/nal-syntax.ts'
import { FrameArrivals, type JudgedFrame } from './frame-arrivals.ts'
import { variantBandwidth } from './hls-package.ts'
import { SIMULATED_SSRCS, type LostPackets } from './rtp-way.ts'
import { Screen } from './screen.ts'
import { TrackParity } from './track-parity.ts'
import { TrackRepairs } from './track-repairs.ts'

/** In place of an event for each packet. */
export type RtpReceived = (sizeBytes: number, atMs: number, track: 'video' | 'audio') => void

export type RtpViewerOptions = {
  readonly plan: SendPlan
  readonly startSeconds: number
  readonly jitterBufferMs: number
  readonly tell: (event: ViewerEvent) => void
  readonly received?: RtpReceived | undefined // absent: events of it
  /** Asks the sender for packets again, by RTCP of so many bytes; absent: what is lost is lost. */
  readonly fecGroupPackets?: number | undefined // parity is among the packets, one for so many
  readonly ask?: (lost: LostPackets, sizeBytes: number, atMs: number) => void
}

type Track = {
  readonly index: number
  readonly statistics: ReceptionStatistics
  readonly buffer: JitterBuffer<number> // places of the course
  readonly gapAlarm: Alarm // when the oldest gap is given up
  repairs: TrackRepairs | undefined
  readonly parity: TrackParity | undefined
  readonly missed: MissedPackets | undefined // where something repairs
  toldLatePackets: number
}

/** Of a packet of repair: what came, what it gave back in time, how late it was otherwise. */
type RepairTold = {
  readonly sizeBytes: number
  readonly repairedBytes?: number
  readonly latePackets?: number
  readonly delayMs?: number
}

const TICKS_PER_MS = 90
const PLAYHEAD_MS = 40 // the record wants the playhead at least every 50 ms
const VIDEO_CLOCK_HZ = 90_000

/** One track after the other, a packet walks as in the page (player/udp-epoch.ts): statistics, jitter buffer, frame
 *  integrity, playback clock; only the decoder is left out. */
export class RtpViewer {
  readonly #alarms: EventQueue
  readonly #options: RtpViewerOptions
  readonly #received: RtpReceived | undefined
  readonly #course: SendCourse
  readonly #clock: PlaybackClock
  readonly #tracks: readonly Track[]
  readonly #frames: FrameArrivals
  readonly #screen: Screen
  readonly #playheadAlarm: Alarm
  readonly #sentAheadMs: number // how long before its time the first picture is sent
  readonly #endMs: number // of the presentation
  readonly #clockTrack: 0 | 1 // the timeline hangs on it: the video, or sound alone
  readonly #clockRateHz: number
  #firstMs = 0 // media time of its first packet
  #isHeard = false // sound alone
  #nowMs = 0
  #packetsOfTrack: readonly number[] | undefined // once all has been sent
  #isFinished = false
  hasEnded = false

  constructor(alarms: EventQueue, options: RtpViewerOptions) {
    const { plan, startSeconds, jitterBufferMs, fecGroupPackets, tell } = options
    const { outline, maxRtpBytes } = plan
    this.#course = plan.courseFrom(startSeconds, fecGroupPackets)
    const { frames } = this.#course
    const [first] = frames
    this.#alarms = alarms
    this.#options = options
    this.#received = options.received
    this.#clock = new PlaybackClock(jitterBufferMs)
    this.#screen = new Screen(alarms, this.#clock, tell)
    const judge = (judged: JudgedFrame) => this.#screen.add(judged, this.#nowMs)
    this.#frames = new FrameArrivals(frames, maxRtpBytes, judge, videoCodecOf(outline.video?.codec))
    const { video, audio } = outline
    const clockRates = [VIDEO_CLOCK_HZ, ...(audio === undefined ? [] : [audio.sampleRateHz])]
    this.#clockTrack = video === undefined && audio !== undefined ? TRACK_AUDIO : TRACK_VIDEO
    this.#clockRateHz = clockRates[this.#clockTrack] ?? VIDEO_CLOCK_HZ
    this.#tracks = clockRates.map((clockRateHz, index) => this.#newTrack(index, clockRateHz))
    this.#playheadAlarm = alarms.newAlarm((atMs) => this.#movePlayhead(atMs))
    this.#sentAheadMs = first === undefined ? 0 : (first.ptsTicks - first.dtsTicks) / TICKS_PER_MS
    const last = outline.segments.at(-1)
    this.#endMs = last === undefined ? 0 : (last.startSeconds + last.durationSeconds) * 1000 // s to ms
  }

  get skippedFrames(): number {
    return this.#screen.skippedFrames
  }

  /** Of the video, then of the audio if there is any. */
  get statistics(): readonly ReceptionStatistics[] {
    return this.#tracks.map(({ statistics }) => statistics)
  }

  /** The set-up is done, in which a round trip took so long: the sender begins. */
  begin(atMs: number, roundTripMs: number): void {
    for (const track of this.#tracks) track.repairs = this.#newRepairs(track.index, roundTripMs)
    const { plan, tell } = this.#options
    const { keyframe, packetsOfTrack } = this.#course
    const { variant } = plan.outline
    for (const index of [TRACK_VIDEO, TRACK_AUDIO] as const) {
      if (packetsOfTrack[index] === 0) continue
      tell({
        kind: 'rtp-started',
        atMs,
        track: nameOf(index),
        variant,
        ssrc: SIMULATED_SSRCS[index],
        firstSequenceNumber: 0,
        startSeconds: keyframe.startSeconds,
      })
    }
    tell({ kind: 'variant-shown', atMs, variant, bitsPerSecond: variantBandwidth(plan.outline) })
  }

  /** The packet at this place of the course. */
  receive(place: number, atMs: number): void {
    const { trackIndices, sequenceNumbers, sizesBytes, mediaTicks } = this.#course
    const track = this.#tracks[trackIndices[place] as number] as Track
    const ticks = mediaTicks[place] as number
    this.#nowMs = atMs
    const { repairs, parity, missed, statistics } = track
    const isParity = parity?.isParity(place) === true
    if (!this.#clock.isStarted && track.index === this.#clockTrack && !isParity) this.#start(ticks, atMs)
    const expectedBefore = missed === undefined ? 0 : statistics.expectedPackets
    const sequenceNumber = statistics.addNew((sequenceNumbers[place] as number) & 0xffff, ticks, atMs)
    if (sequenceNumber !== undefined && isRepaired(track, sequenceNumber)) return
    if (isParity) this.#tellRepair(track, { sizeBytes: sizesBytes[place] as number }, atMs)
    else this.#tellReceived(track, sizesBytes[place] as number, atMs)
    if (sequenceNumber === undefined) return
    const passed = statistics.expectedPackets - expectedBefore - 1
    if (missed !== undefined && passed > 0) missed.miss(sequenceNumber - passed, passed, atMs)
    this.#take(track, sequenceNumber, place, atMs)
    if (parity !== undefined) this.#recover(track, parity, sequenceNumber, place, atMs)
    repairs?.note(sequenceNumber, passed, atMs)
    repairs?.askForMissing(atMs)
  }

  /** The packet at this place, as a retransmission of so many bytes. */
  receiveAgain(place: number, sizeBytes: number, atMs: number): void {
    const { trackIndices, sequenceNumbers, sizesBytes } = this.#course
    const track = this.#tracks[trackIndices[place] as number] as Track
    const sequenceNumber = sequenceNumbers[place] as number
    this.#nowMs = atMs
    const isInTime = track.repairs?.repair(sequenceNumber, atMs) === true && track.buffer.awaits(sequenceNumber)
    if (!isInTime) return this.#tellTooLate(track, sequenceNumber, sizeBytes, atMs)
    const repairedBytes = sizesBytes[place] as number
    this.#tellRepair(track, { sizeBytes, repairedBytes, ...delayOf(track, sequenceNumber, atMs) }, atMs)
    this.#take(track, sequenceNumber, place, atMs)
  }

  /** What a packet that has come gives back of others, stream/repaired-buffer.ts. */
  #recover(track: Track, parity: TrackParity, sequenceNumber: number, place: number, atMs: number): void {
    const { recovered, lostParity } = parity.take(sequenceNumber, place)
    for (const again of recovered) {
      if (!track.buffer.awaits(again.sequenceNumber)) {
        this.#tellTooLate(track, again.sequenceNumber, 0, atMs)
        continue
      }
      parity.noteRepaired(again.sequenceNumber)
      const repairedBytes = this.#course.sizesBytes[again.place] as number
      this.#tellRepair(track, { sizeBytes: 0, repairedBytes, ...delayOf(track, again.sequenceNumber, atMs) }, atMs)
      this.#take(track, again.sequenceNumber, again.place, atMs)
    }
    if (lostParity === undefined || !track.buffer.awaits(lostParity)) return
    parity.noteRepaired(lostParity)
    this.#take(track, lostParity, parity.placeOf(lostParity), atMs)
  }

  /** Either nobody waits for it any more, or it has come meanwhile. */
  #tellTooLate(track: Track, sequenceNumber: number, sizeBytes: number, atMs: number): void {
    const isLate = track.missed?.takeGivenUp(sequenceNumber) === true
    if (sizeBytes > 0 || isLate) this.#tellRepair(track, { sizeBytes, ...(isLate ? { latePackets: 1 } : {}) }, atMs)
  }

  #tellRepair({ index }: Track, news: RepairTold, atMs: number): void {
    const { repairedBytes = 0 } = news
    const repairedPackets = repairedBytes > 0 ? 1 : 0
    this.#options.tell({ kind: 'repair-received', atMs, ...news, repairedPackets, repairedBytes, track: nameOf(index) })
  }

  #take(track: Track, extendedSequenceNumber: number, place: number, atMs: number): void {
    if (track.buffer.passes(extendedSequenceNumber)) this.#assemble(track, place)
    else this.#route(track, track.buffer.push(extendedSequenceNumber, place, atMs), atMs)
  }

  /** The sender has sent so many packets of each track. */
  end(packetsOfTrack: readonly number[]): void {
    this.#packetsOfTrack = packetsOfTrack
  }

  close(): void {
    this.#screen.close()
    for (const { gapAlarm, repairs } of this.#tracks) {
      this.#alarms.cancel(gapAlarm)
      repairs?.close()
    }
    this.#alarms.cancel(this.#playheadAlarm)
  }

  /** A missing packet is waited for until so little is left of the jitter buffer's time. */
  get #waitMs(): number {
    return Math.max(0, this.#options.jitterBufferMs - DECODE_MS)
  }

  #newRepairs(trackIndex: number, roundTripMs: number): TrackRepairs | undefined {
    const { ask } = this.#options
    if (ask === undefined) return undefined
    return new TrackRepairs(this.#alarms, { waitMs: this.#waitMs, roundTripMs }, (sequenceNumbers, sizeBytes, atMs) =>
      ask({ trackIndex, sequenceNumbers }, sizeBytes, atMs),
    )
  }

  #newTrack(index: number, clockRateHz: number): Track {
    const waitMs = this.#waitMs
    const { protectedPackets } = this.#course
    const isRepaired = protectedPackets !== undefined || this.#options.ask !== undefined
    const track: Track = {
      index,
      repairs: undefined,
      parity: protectedPackets && new TrackParity(this.#course, index, protectedPackets),
      missed: isRepaired ? new MissedPackets() : undefined,
      statistics: new ReceptionStatistics({ clockRateHz, firstSequenceNumber: 0 }),
      buffer: new JitterBuffer({ waitMs, firstSequenceNumber: 0 }),
      gapAlarm: this.#alarms.newAlarm((atMs) => {
        this.#nowMs = atMs
        this.#route(track, track.buffer.advance(atMs), atMs)
      }),
      toldLatePackets: 0,
    }
    return track
  }

  #start(mediaTicks: number, atMs: number): void {
    this.#firstMs = (mediaTicks * 1000) / this.#clockRateHz // ticks to ms
    this.#clock.start(this.#firstMs - this.#sentAheadMs, atMs)
    this.#alarms.set(this.#playheadAlarm, atMs)
  }

  #route(track: Track, released: readonly Released<number>[], atMs: number): void {
    for (; track.toldLatePackets < track.buffer.latePackets; track.toldLatePackets += 1) {
      this.#options.tell({ kind: 'packet-late', atMs })
    }
    for (const item of released) {
      if (item.kind === 'packet') this.#assemble(track, item.packet)
      else this.#giveUp(track, item, atMs)
    }
    this.#awaitGap(track)
  }

  #tellReceived({ index }: Track, sizeBytes: number, atMs: number): void {
    if (this.#received !== undefined) return this.#received(sizeBytes, atMs, nameOf(index))
    this.#options.tell({ kind: 'media-received', atMs, sizeBytes, track: nameOf(index) })
  }

  #giveUp(track: Track, { firstSequenceNumber, packets }: Extract<Released<number>, { kind: 'lost' }>, atMs: number) {
    const { index, parity, missed } = track
    missed?.giveUp(firstSequenceNumber, packets)
    // Where parity shares the numbers of the media they tell no place in the video.
    const place = parity === undefined ? { firstSequenceNumber: firstSequenceNumber & 0xffff } : {}
    this.#options.tell({ kind: 'packets-given-up', atMs, packets, track: nameOf(index), ...place })
    if (index === TRACK_VIDEO) this.#frames.lose(parity?.mediaAmong(firstSequenceNumber, packets) ?? packets)
  }

  #assemble({ index, parity }: Track, place: number): void {
    if (index === TRACK_VIDEO && parity?.isParity(place) !== true) this.#frames.push(this.#course.markers[place] === 1)
  }

  #awaitGap({ buffer, gapAlarm }: Track): void {
    const dueMs = buffer.nextEventMs()
    if (dueMs === gapAlarm.dueMs) return
    if (dueMs === Infinity) this.#alarms.cancel(gapAlarm)
    else this.#alarms.set(gapAlarm, dueMs)
  }

  #movePlayhead(atMs: number): void {
    this.#nowMs = atMs
    const positionMs = this.#clock.positionMs(atMs) ?? 0 // beyond the end while what is late still comes
    if (this.#clockTrack === TRACK_AUDIO && !this.#isHeard && positionMs >= this.#firstMs) {
      this.#isHeard = true
      this.#options.tell({ kind: 'sound-heard', atMs })
    }
    if (positionMs >= this.#endMs - 2 * DECODE_MS) this.#finishWhenAllIsSent(atMs)
    if (positionMs < this.#endMs || !this.#isFinished) {
      this.#options.tell({ kind: 'playhead', atMs, positionSeconds: this.#shownSeconds(positionMs) })
      return this.#alarms.set(this.#playheadAlarm, atMs + PLAYHEAD_MS)
    }
    this.hasEnded = true
    this.#options.tell({ kind: 'ended', atMs })
  }

  /** As the page tells it: it stands at the start until the first picture is due. */
  #shownSeconds(positionMs: number): number {
    return Math.max(positionMs / 1000, this.#course.keyframe.startSeconds) // ms to s
  }

  /** Just before the end is shown, what has not come is lost. */
  #finishWhenAllIsSent(atMs: number): void {
    if (this.#packetsOfTrack === undefined || this.#isFinished) return
    this.#isFinished = true
    for (const track of this.#tracks) {
      const last = (this.#packetsOfTrack[track.index] ?? 0) - 1
      if (last < 0) continue
      track.statistics.noteLast(last & 0xffff)
      this.#route(track, track.buffer.finish(last), atMs)
    }
  }
}

function nameOf(trackIndex: number): 'video' | 'audio' {
  return trackIndex === TRACK_VIDEO ? 'video' : 'audio'
}

function isRepaired({ repairs, parity }: Track, sequenceNumber: number): boolean {
  return repairs?.isRepaired(sequenceNumber) === true || parity?.isRepaired(sequenceNumber) === true
}

function delayOf({ missed }: Track, sequenceNumber: number, atMs: number): { readonly delayMs?: number } {
  const missedMs = missed?.missedMs(sequenceNumber)
  return missedMs === undefined ? {} : { delayMs: atMs - missedMs }
}
