import { frameKind } from '../protocol/h264.ts'
import { OPUS_CLOCK_RATE_HZ } from '../protocol/opus.ts'
import { genericNackPacket, pictureLossPacket } from '../protocol/rtcp-feedback.ts'
import { encodeRtcp, isRtcp, type OtherRtcp } from '../protocol/rtcp.ts'
import type { WhipOffer } from '../protocol/whip-sdp.ts'
import { ENCODED_SOUND } from '../segmenter/live/sound-arguments.ts'
import { KeyframeRequests } from '../stream/keyframe-requests.ts'
import { ReceiverReports } from '../stream/receiver-reports.ts'
import { RepairRequests } from '../stream/repair-requests.ts'
import type { PublishedUnit } from '../udp-relay/published-units.ts'
import { PublisherClock, type TimedUnit } from '../udp-relay/publisher-clock.ts'
import { PublisherTrack } from '../udp-relay/publisher-track.ts'
import type { UnitSender } from './channel-ingest.ts'
import { SEGMENT_SECONDS } from './live-channel.ts'
import type { SoundEncoder } from './sound-encoder.ts'

export type WhipSessionOptions = {
  readonly offer: WhipOffer
  readonly sender: UnitSender
  readonly sound: Pick<SoundEncoder, 'push'> | undefined // of an offer with sound
  readonly sendRtcp: (datagram: Uint8Array) => void
  readonly random: () => number
}

const PICTURE_WAIT_MS = 250 // a lost packet can be asked for again twice within it over 100 ms there and back
const SOUND_WAIT_MS = 100
const FIRST_ROUND_TRIP_MS = 50 // until a repair has told it
const KEYFRAME_PAUSE_MS = 500 // browsers answer no faster
/** Chromium's first report on sound comes after 2.2 s, and only by reports sound and pictures are in step. */
const REPORTS_WAIT_MS = 4000
const TICKS_PER_MS = 90

type Kind = keyof WhipOffer

/** One who publishes by WHIP: his RTP in, units for the channel and RTCP for him out. Told the time. */
export class WhipSession {
  readonly #options: WhipSessionOptions
  readonly #tracks: ReadonlyMap<Kind, PublisherTrack>
  readonly #clock: PublisherClock
  readonly #reports: ReceiverReports
  #keyframes: KeyframeRequests | undefined // from the first picture's first packet on
  #givenUpPackets = 0
  #originTicks: number | undefined // times of a channel begin with 0
  #lastPacketMs: number
  pictures = 0

  constructor(options: WhipSessionOptions, nowMs: number) {
    const { offer, random } = options
    const { video, audio } = offer
    this.#options = options
    this.#lastPacketMs = nowMs
    this.#tracks = new Map([
      ['video', videoTrack(video.payloadType)],
      ...(audio === undefined ? [] : [['audio', audioTrack(audio.payloadType)] as const]),
    ])
    this.#clock = new PublisherClock(() => [...this.#tracks.values()].map(({ units }) => units), REPORTS_WAIT_MS)
    this.#reports = new ReceiverReports(random)
  }

  get figures() {
    const { video, audio } = { video: this.#tracks.get('video'), audio: this.#tracks.get('audio') }
    return {
      pictures: this.pictures,
      droppedPictures: video?.units.droppedPictures ?? 0,
      packets: video?.received?.statistics.uniquePackets ?? 0,
      lostPackets: video?.lostPackets ?? 0,
      lostSoundPackets: audio?.lostPackets ?? 0,
      keyframeRequests: this.#keyframes?.requests ?? 0,
    }
  }

  /** Since the last packet, or the beginning. */
  silentMs(nowMs: number): number {
    return nowMs - this.#lastPacketMs
  }

  /** RTP or RTCP of a track. */
  take(kind: Kind, packet: Uint8Array, nowMs: number, nowUnixMs: number): void {
    const track = this.#tracks.get(kind)
    if (track === undefined) return
    this.#lastPacketMs = nowMs
    if (isRtcp(packet)) {
      track.pushRtcp(packet)
      this.#reports.receive(packet, nowMs)
      return
    }
    const isFirst = track.received === undefined
    const units = track.pushRtp(packet, nowMs, nowUnixMs)
    if (isFirst && track.received !== undefined) this.#begin(kind, track.received, nowMs)
    if (kind === 'video') this.#watchPictures(track, units, nowMs)
    for (const timed of this.#clock.push(track.units, units, nowMs)) this.#give(timed)
  }

  /** What is to be asked or told by now. */
  advance(nowMs: number): void {
    const { sendRtcp } = this.#options
    const report = this.#reports.advance(nowMs)
    if (report !== undefined) sendRtcp(report)
    const feedback = this.#feedback(nowMs)
    // A datagram of RTCP begins with a report, RFC 3550 section 6.1.
    if (feedback.length > 0)
      sendRtcp(encodeRtcp([{ kind: 'receiver-report', ssrc: this.#reports.ssrc, reports: [] }, ...feedback]))
  }

  #feedback(nowMs: number): OtherRtcp[] {
    const track = this.#tracks.get('video')
    if (track?.received === undefined) return []
    const ssrcs = { senderSsrc: this.#reports.ssrc, mediaSsrc: track.received.ssrc }
    const lostSequenceNumbers = track.takeRequests(nowMs).slice(0, MAX_ASKED)
    return [
      ...(lostSequenceNumbers.length === 0 ? [] : [genericNackPacket({ ...ssrcs, lostSequenceNumbers })]),
      ...(this.#keyframes?.takeDue(nowMs) === true ? [pictureLossPacket(ssrcs)] : []),
    ]
  }

  #begin(kind: Kind, received: NonNullable<PublisherTrack['received']>, nowMs: number): void {
    this.#reports.follow([received], nowMs)
    const options = { intervalMs: SEGMENT_SECONDS * 1000, pauseMs: KEYFRAME_PAUSE_MS } // s to ms
    if (kind === 'video') this.#keyframes = new KeyframeRequests(options, nowMs)
  }

  #watchPictures({ units: { givenUpPackets } }: PublisherTrack, units: readonly PublishedUnit[], nowMs: number): void {
    if (givenUpPackets > this.#givenUpPackets) this.#keyframes?.noteLoss(nowMs)
    this.#givenUpPackets = givenUpPackets
    for (const unit of units) {
      if (unit.kind === 'picture' && frameKind(unit.nals) === 'idr') this.#keyframes?.noteKeyframe(nowMs)
    }
  }

  #give({ unit, ptsTicks: civilTicks }: TimedUnit): void {
    const { sender, sound } = this.#options
    this.#originTicks ??= civilTicks
    const ptsTicks = civilTicks - this.#originTicks
    if (unit.kind === 'sound') return sound?.push(unit.data, ptsTicks)
    this.pictures += 1
    const picture = { kind: 'picture', ptsTicks, dtsTicks: ptsTicks, nals: unit.nals } as const
    sender.push(picture, sound === undefined ? false : ENCODED_SOUND, civilTicks / TICKS_PER_MS)
  }
}

const MAX_ASKED = 256 // by one datagram

function videoTrack(payloadType: number): PublisherTrack {
  const repairs = new RepairRequests({ waitMs: PICTURE_WAIT_MS, roundTripMs: FIRST_ROUND_TRIP_MS })
  return new PublisherTrack({ payloadType, clockRateHz: 90_000, waitMs: PICTURE_WAIT_MS, repairs })
}

function audioTrack(payloadType: number): PublisherTrack {
  return new PublisherTrack({ payloadType, clockRateHz: OPUS_CLOCK_RATE_HZ, isOpus: true, waitMs: SOUND_WAIT_MS })
}
