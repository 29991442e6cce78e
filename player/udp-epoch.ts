import type { RtpPacket } from '../protocol/rtp.ts'
import { videoCodecOf } from '../protocol/nal-syntax.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { DECODE_MS, PlaybackClock } from '../stream/playback-clock.ts'
import type { ExpectedFrame } from '../stream/expected-frames.ts'
import type { ReceivedStream } from '../stream/receiver-reports.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { SoundUnit } from './audio-output.ts'
import { AudioTrack, type DecodedSound } from './audio-track.ts'
import { FrameSchedule } from './frame-schedule.ts'
import { PictureDecoder } from './picture-decoder.ts'
import { mediaSeconds, TrackReceiver, type ArrivedPacket } from './track-receiver.ts'
import type { PlayingAnswer } from './udp-messages.ts'
import type { VariantOutline } from './variant-outline.ts'
import { VideoTrack, type JudgedFrame } from './video-track.ts'

/** Sound goes to the sound card so much before its time, and pictures decode meanwhile. */
const SOUND_AHEAD_MS = 400
const MAX_WAITING_SOUNDS = 512
const LOCAL_ROUND_TRIP_MS = 10
const TICKS_PER_SECOND = 90_000

export type EpochOptions = {
  readonly answer: PlayingAnswer
  readonly outline: VariantOutline | undefined
  readonly jitterBufferMs: number
  readonly isLive: boolean // it grows until it is told to have ended
  readonly tell: (event: ViewerEvent) => void
  readonly onPicture: (picture: VideoFrame, atMs: number) => void // to be closed by the one who is told
  readonly onSound: (unit: SoundUnit) => void
  readonly onHeard: (atMs: number) => void // the first of what has no pictures
  readonly onVerdict: (frame: JudgedFrame) => void
  /** To be asked for again: sequence numbers of this stream. */
  readonly onMissing: (ssrc: number, sequenceNumbers: readonly number[]) => void
  /** Of a channel alone; 90 kHz after the first picture of the video. */
  readonly onVideoPacket?: (ptsTicks: number, arrivalMs: number) => void
  readonly onLost: (kind: ControlTrack['kind'], sequenceNumber: number) => void
}

type Receiver = { readonly receiver: TrackReceiver; latePackets: number }

/** Everything from one start to the next seek: one timeline, a decoder of pictures and one of sound, where there are such.
 *  Pauses lie within. Time is told. */
export class UdpEpoch {
  readonly #options: EpochOptions
  readonly #clock: PlaybackClock
  readonly #receivers: readonly Receiver[]
  readonly #video: VideoTrack | undefined
  readonly #audio: AudioTrack | undefined
  readonly #decoder: PictureDecoder | undefined
  readonly #frames: FrameSchedule
  #sounds: DecodedSound[] = []
  #firstSoundMs: number | undefined // in the video, of what could be decoded
  #lastSoundMs: number | undefined
  #isHeard = false // where there are no pictures
  #lastSequenceNumbers: Readonly<Record<string, number>> | undefined
  #isFinished = false

  constructor(options: EpochOptions) {
    const { answer, outline, jitterBufferMs, tell } = options
    const { tracks, startSeconds } = answer
    const waitMs = Math.max(0, jitterBufferMs - DECODE_MS)
    this.#options = options
    this.#clock = new PlaybackClock(jitterBufferMs)
    const roundTripMs = roundTripOf(answer)
    this.#receivers = tracks.map((track) => ({
      receiver: new TrackReceiver(track, {
        startSeconds,
        waitMs,
        roundTripMs,
        tellRepair: (news, atMs) => tell({ kind: 'repair-received', atMs, ...news, track: track.kind }),
      }),
      latePackets: 0,
    }))
    this.#frames = new FrameSchedule(this.#clock, tell)
    const codec = trackOf(tracks, 'video')?.codec
    if (codec !== undefined) {
      this.#video = new VideoTrack(videoCodecOf(codec), startSeconds, outline?.parameterSets ?? [])
      this.#video.integrity.expect(outline?.framesFrom(startSeconds) ?? [])
      this.#decoder = new PictureDecoder(codec, this.#frames.addPicture)
    }
    const audio = trackOf(tracks, 'audio')
    this.#audio = audio && new AudioTrack(audio, startSeconds, (sound) => this.#keepSound(sound))
  }

  /** What receiver reports tell of. */
  get streams(): readonly ReceivedStream[] {
    return this.#receivers.map(({ receiver: { track, statistics } }) => ({ ssrc: track.ssrc, statistics }))
  }

  get decoderResets(): number {
    return this.#decoder?.resets ?? 0
  }

  get skippedFrames(): number {
    return this.#frames.skippedFrames
  }

  /** As far as it is known; Infinity: of what is live, until its end is told. */
  get endSeconds(): number {
    const { outline, answer, isLive } = this.#options
    if (!isLive) return Math.max(outline?.durationSeconds ?? 0, answer.durationSeconds)
    return this.#lastSequenceNumbers === undefined ? Infinity : this.#lastMs / 1000 // ms to s
  }

  positionSeconds(nowMs: number): number {
    const positionMs = this.#clock.positionMs(nowMs) ?? 0
    return Math.min(Math.max(positionMs / 1000, this.#options.answer.startSeconds), this.endSeconds)
  }

  bufferSeconds(nowMs: number): number {
    return Math.max(0, this.#lastMs / 1000 - this.positionSeconds(nowMs))
  }

  hasEnded(nowMs: number): boolean {
    return this.#isFinished && this.positionSeconds(nowMs) >= this.endSeconds
  }

  push(arrived: ArrivedPacket): void {
    const { packet, datagram, arrivalMs } = arrived
    const found = this.#receivers.find(({ receiver }) => receiver.owns(packet))
    if (found === undefined) return
    const { receiver } = found
    this.#tellReceived(receiver, packet, datagram.length, arrivalMs)
    this.#tellPlace(receiver, packet, arrivalMs)
    const released = receiver.push(arrived)
    const isFirst = receiver.track.kind === 'video' || this.#video === undefined
    if (isFirst && !this.#clock.isStarted && receiver.isMedia(packet)) this.#startClock(receiver, packet, arrivalMs)
    this.#route(found, released, arrivalMs)
    this.#askForMissing(receiver, arrivalMs)
  }

  /** The video has grown: these frames will come as well. */
  expect(frames: readonly ExpectedFrame[]): void {
    this.#video?.integrity.expect(frames)
  }

  /** Does all that is due. */
  advance(nowMs: number): void {
    for (const found of this.#receivers) {
      this.#route(found, found.receiver.advance(nowMs), nowMs)
      this.#askForMissing(found.receiver, nowMs)
    }
    if (this.#decoder !== undefined) this.#frames.decode(this.#decoder, nowMs)
    const picture = this.#frames.takeDue(nowMs)
    if (picture !== undefined) this.#options.onPicture(picture, nowMs)
    this.#giveSounds(nowMs)
    if (this.#video === undefined) this.#hear(nowMs)
    this.#finishWhenAllIsIn(nowMs)
  }

  nextEventMs(): number {
    return Math.min(this.#frames.nextEventMs(), ...this.#receivers.map(({ receiver }) => receiver.nextEventMs()))
  }

  pause(nowMs: number): void {
    this.#clock.pause(nowMs)
  }

  resume({ tracks, startSeconds }: PlayingAnswer, nowMs: number): void {
    for (const { receiver } of this.#receivers) {
      const track = tracks.find(({ payloadType }) => payloadType === receiver.track.payloadType)
      if (track !== undefined) receiver.resume(track, startSeconds)
    }
    this.#clock.resume(nowMs)
  }

  /** The sender has sent its last; what is still on its way may yet come. */
  end(lastSequenceNumbers: Readonly<Record<string, number>>): void {
    this.#lastSequenceNumbers = lastSequenceNumbers
  }

  close(): void {
    this.#frames.clear()
    this.#decoder?.close()
    this.#audio?.close()
  }

  /** The timeline hangs on when the first frame was sent, not on when it is shown: no later packet has less time. */
  #startClock(receiver: TrackReceiver, packet: RtpPacket, arrivalMs: number): void {
    const { startSeconds } = this.#options.answer
    const ptsSeconds = this.#secondsOf(receiver, packet)
    const sentAheadSeconds = this.#options.outline?.sendAheadSeconds(startSeconds) ?? 0
    this.#clock.start((ptsSeconds - sentAheadSeconds) * 1000, arrivalMs)
  }

  /** A retransmission tells its worth itself. */
  #tellReceived({ track }: TrackReceiver, { payloadType }: RtpPacket, sizeBytes: number, atMs: number): void {
    const { tell } = this.#options
    if (payloadType === track.payloadType) tell({ kind: 'media-received', atMs, track: track.kind, sizeBytes })
    if (payloadType !== track.parityPayloadType) return
    tell({ kind: 'repair-received', atMs, track: track.kind, sizeBytes, repairedPackets: 0, repairedBytes: 0 })
  }

  #askForMissing(receiver: TrackReceiver, nowMs: number): void {
    const requests = receiver.takeRequests(nowMs)
    if (requests.length > 0) this.#options.onMissing(receiver.track.ssrc, requests)
  }

  /** Where in the video a packet of pictures is, for who wants to know. */
  #tellPlace(receiver: TrackReceiver, packet: RtpPacket, arrivalMs: number): void {
    const { onVideoPacket } = this.#options
    if (onVideoPacket === undefined || receiver.track.kind !== 'video' || !receiver.isMedia(packet)) return
    onVideoPacket(Math.round(this.#secondsOf(receiver, packet) * TICKS_PER_SECOND), arrivalMs)
  }

  #secondsOf(receiver: TrackReceiver, packet: RtpPacket): number {
    return mediaSeconds(receiver.mediaTicksOf(packet), receiver.track.clockRateHz, this.#options.answer.startSeconds)
  }

  #route(found: Receiver, released: readonly Released<RtpPacket>[], nowMs: number): void {
    const { receiver } = found
    for (; found.latePackets < receiver.latePackets; found.latePackets += 1) {
      this.#options.tell({ kind: 'packet-late', atMs: nowMs })
    }
    for (const item of released) {
      if (item.kind === 'lost') this.#tellLost(receiver.track, item, nowMs)
      if (receiver.track.kind === 'video') this.#video?.push(item).forEach(this.#keepFrame)
      else this.#audio?.push(item)
    }
  }

  /** Where parity shares the numbers of the media they tell no place in the video. */
  #tellLost(track: ControlTrack, lost: Extract<Released<RtpPacket>, { kind: 'lost' }>, nowMs: number): void {
    const { kind, parityPayloadType } = track
    const place = parityPayloadType === undefined ? { firstSequenceNumber: lost.firstSequenceNumber & 0xffff } : {}
    this.#options.tell({ kind: 'packets-given-up', atMs: nowMs, packets: lost.packets, track: kind, ...place })
    for (let index = 0; index < lost.packets; index += 1) {
      this.#options.onLost(kind, (lost.firstSequenceNumber + index) & 0xffff)
    }
  }

  readonly #keepFrame = (frame: JudgedFrame): void => {
    this.#options.onVerdict(frame)
    this.#frames.add(frame)
  }

  /** Up to where there is something to show, or of sound alone to hear. */
  get #lastMs(): number {
    return this.#frames.lastMs ?? (this.#video === undefined ? this.#lastSoundMs : undefined) ?? 0
  }

  #hear(nowMs: number): void {
    const positionMs = this.#clock.positionMs(nowMs)
    if (this.#isHeard || positionMs === undefined || this.#firstSoundMs === undefined) return
    this.#isHeard = positionMs >= this.#firstSoundMs
    if (this.#isHeard) this.#options.onHeard(nowMs)
  }

  #keepSound(sound: DecodedSound): void {
    const { positionSeconds, sampleRateHz, channels } = sound
    this.#firstSoundMs ??= positionSeconds * 1000 // s to ms
    this.#lastSoundMs = (positionSeconds + (channels[0]?.length ?? 0) / sampleRateHz) * 1000 // s to ms
    this.#sounds.push(sound)
    if (this.#sounds.length > MAX_WAITING_SOUNDS) this.#sounds.shift()
  }

  /** Sound is heard at the moment at which the picture of its time is shown. */
  #giveSounds(nowMs: number): void {
    const isSoon = ({ positionSeconds }: DecodedSound) =>
      this.#clock.dueMs(positionSeconds * 1000) - SOUND_AHEAD_MS <= nowMs
    for (const sound of this.#sounds.filter(isSoon)) {
      this.#options.onSound({ ...sound, dueWallMs: this.#clock.dueMs(sound.positionSeconds * 1000) })
    }
    this.#sounds = this.#sounds.filter((sound) => !isSoon(sound))
  }

  /** Just before the end is shown, what has not come is lost, and the decoder gives out what it still holds. */
  #finishWhenAllIsIn(nowMs: number): void {
    const last = this.#lastSequenceNumbers
    if (
      last === undefined ||
      this.#isFinished ||
      this.positionSeconds(nowMs) < this.endSeconds - 2 * (DECODE_MS / 1000)
    )
      return
    this.#isFinished = true
    for (const found of this.#receivers) {
      const sequenceNumber = last[found.receiver.track.payloadType]
      if (sequenceNumber !== undefined) this.#route(found, found.receiver.finish(sequenceNumber), nowMs)
    }
    this.#video?.finish().forEach(this.#keepFrame)
    if (this.#decoder === undefined) return
    this.#frames.decode(this.#decoder, nowMs)
    void this.#decoder.flush()
  }
}

function trackOf(tracks: readonly ControlTrack[], kind: ControlTrack['kind']): ControlTrack | undefined {
  return tracks.find((track) => track.kind === kind)
}

/** As an RTSP viewer would have seen it while it set up (udp-relay/receiver-connection.ts); without a link it is the machine's. */
function roundTripOf({ setup }: PlayingAnswer): number {
  const answered = setup?.steps.filter(({ name }) => name !== 'connect' && name !== 'PLAY').map(({ ms }) => ms) ?? []
  return answered.length === 0 ? LOCAL_ROUND_TRIP_MS : Math.min(...answered)
}
