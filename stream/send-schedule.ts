import { videoCodecOf, type VideoCodec } from '../protocol/nal-syntax.ts'
import {
  unitPtsTicks,
  type Keyframe,
  type Outline,
  type OutlineFrame,
  type OutlineSegment,
} from '../protocol/outline.ts'
import { planRtpAudio } from '../protocol/rtp-audio.ts'
import { planRtpVideo } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import type { AudioClock } from './sample-timeline.ts'

export type ScheduleOptions = {
  readonly maxRtpBytes: number // of a packet, header included
  readonly frameIntervalTicks: number // 90 kHz; a frame is spread over at most so long
  readonly videoCodec?: VideoCodec // absent: h264
  readonly audio?: AudioClock & { readonly codec?: string } // absent: AAC
}

/** RTP packets of at most this size for every viewer: what a data channel carries in one SCTP chunk. */
export const DEFAULT_MAX_RTP_BYTES = 1100

export const TRACK_VIDEO = 0
export const TRACK_AUDIO = 1

/** One packet of a segment, known before there are bytes. */
export type PlannedPacket = {
  readonly trackIndex: 0 | 1 // video, audio; also of sound alone
  readonly unitIndex: number // of the segment's frames or audio units
  readonly packetOfUnit: number // 0 is the unit's first
  readonly sizeBytes: number // RTP packet with its header
  readonly marker: boolean // the unit's last
  readonly ptsTicks: number // of the unit, 90 kHz after the first picture
  readonly sendMs: number // after the first picture's presentation; the first ones are negative when frames are reordered
}

const TICKS_PER_MS = 90

/** How long a frame may take to leave, how it is cut, and the audio's clock. */
export function scheduleFacts({ video, audio }: Outline): Omit<ScheduleOptions, 'maxRtpBytes'> {
  const frameIntervalTicks = Math.round(90_000 / (video?.framesPerSecond ?? 25)) // 90 kHz / (1/s)
  const videoCodec = videoCodecOf(video?.codec)
  return {
    frameIntervalTicks,
    ...(videoCodec === 'h264' ? {} : { videoCodec }),
    ...(audio === undefined ? {} : { audio }),
  }
}

/** When each packet of a segment leaves, from its sizes alone, so that a live sender and a simulation send the same
 *  packets at the same moments. Video by decode time, a frame's packets evenly over the time until the next frame
 *  (a keyframe sent as one burst causes the very loss it fears); audio by presentation time. In order of `sendMs`,
 *  video first. Schedules of neighbouring segments overlap, since decode runs ahead of presentation: a player of
 *  several merges them. */
export function scheduleSegment(segment: OutlineSegment, options: ScheduleOptions): PlannedPacket[] {
  const { audio } = options
  const video = segment.frames.flatMap((frame, unitIndex) =>
    framePackets(frame, unitIndex, segment.frames[unitIndex + 1], options),
  )
  if (audio === undefined || segment.audio === undefined) return video
  const units = segment.audio
  const sound = units.sizesBytes.flatMap((sizeBytes, unitIndex) =>
    audioPackets(sizeBytes, unitIndex, unitPtsTicks(units, audio, unitIndex), options),
  )
  return [...video, ...sound].sort((a, b) => a.sendMs - b.sendMs)
}

/** What is sent of a segment from a keyframe in it on, or of sound alone from a unit. Beside pictures sound begins with the keyframe; what comes before it in the segment
 *  belongs to pictures that are not shown. At the segment's own start all of it is kept: encoder priming, and the overlap
 *  with the segment before. */
export function packetsFrom<Packet extends PlannedPacket>(
  packets: readonly Packet[],
  { frameIndex, startSeconds }: Pick<Keyframe, 'frameIndex' | 'startSeconds'>,
): readonly Packet[] {
  const startTicks = Math.round(startSeconds * 90_000) // s to 90 kHz
  if (frameIndex === 0) return packets
  return packets.filter(({ trackIndex, unitIndex, ptsTicks }) =>
    trackIndex === TRACK_VIDEO ? unitIndex >= frameIndex : ptsTicks >= startTicks,
  )
}

function framePackets(
  { ptsTicks, dtsTicks, nalSizesBytes }: OutlineFrame,
  unitIndex: number,
  next: OutlineFrame | undefined,
  { maxRtpBytes, frameIntervalTicks, videoCodec = 'h264' }: ScheduleOptions,
): PlannedPacket[] {
  const { parts } = planRtpVideo(videoCodec, nalSizesBytes, maxRtpBytes - RTP_HEADER_BYTES)
  const untilNextTicks = next === undefined ? frameIntervalTicks : next.dtsTicks - dtsTicks
  const spreadTicks = Math.max(0, Math.min(frameIntervalTicks, untilNextTicks))
  return parts.map(({ sizeBytes }, packetOfUnit) => ({
    trackIndex: TRACK_VIDEO,
    unitIndex,
    packetOfUnit,
    sizeBytes: RTP_HEADER_BYTES + sizeBytes,
    marker: packetOfUnit === parts.length - 1,
    ptsTicks,
    sendMs: (dtsTicks + (packetOfUnit * spreadTicks) / parts.length) / TICKS_PER_MS,
  }))
}

function audioPackets(
  unitBytes: number,
  unitIndex: number,
  ptsTicks: number,
  { maxRtpBytes, audio }: ScheduleOptions,
): PlannedPacket[] {
  const sizesBytes = planRtpAudio(audio?.codec ?? '', unitBytes, maxRtpBytes - RTP_HEADER_BYTES)
  return sizesBytes.map((sizeBytes, packetOfUnit) => ({
    trackIndex: TRACK_AUDIO,
    unitIndex,
    packetOfUnit,
    sizeBytes: RTP_HEADER_BYTES + sizeBytes,
    marker: packetOfUnit === sizesBytes.length - 1,
    ptsTicks,
    sendMs: ptsTicks / TICKS_PER_MS,
  }))
}
