import { concatBytes } from '../protocol/bytes.ts'
import type { WireFault } from '../protocol/decoded.ts'
import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import { closingPacket } from '../protocol/mpeg-ts-closing.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { videoCodecOf, type VideoCodec } from '../protocol/nal-syntax.ts'
import { readPackedAudio } from '../protocol/packed-audio.ts'
import { packetiseRtpAudio } from '../protocol/rtp-audio.ts'
import { packetiseRtpMp2t } from '../protocol/rtp-mp2t.ts'
import { packetiseRtpNals, planRtpNals } from '../protocol/rtp-nal.ts'
import { nalPayloadFormats } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import type { SegmentUnits } from '../stream/live-segments.ts'
import { scheduleFacts, scheduleSegment, TRACK_VIDEO, type PlannedPacket } from '../stream/send-schedule.ts'
import type { RtpFormat } from './rtp-format.ts'

/** A planned packet with its payload: all of it that is the same for every viewer. */
export type PacketisedPacket = PlannedPacket & { readonly payload: Uint8Array }

export type PacketisedSegment = {
  readonly packets: readonly PacketisedPacket[] // in order of sendMs
  readonly heldBytes: number // of memory, about
}

const BYTES_HELD_PER_PACKET = 200 // objects around the payload

/** The RTP packets of segment `index`, built from its bytes by the plan that its outline gives.
 *  Throws when the file is not the one of the outline: what would be sent then fits no schedule. */
export function packetiseSegment(
  bytes: Uint8Array,
  outline: Outline,
  index: number,
  { payload, maxRtpBytes }: RtpFormat,
): PacketisedSegment {
  const segment = segmentOf(outline, index)
  if (payload === 'mp2t') {
    return held(transportPackets(isLast(outline, index) ? closed(bytes) : bytes, segment, maxRtpBytes))
  }
  return packetiseUnits(unitsOf(bytes, outline, segment), outline, index, maxRtpBytes)
}

/** Sound alone lies in packed audio. */
function unitsOf(bytes: Uint8Array, { video }: Outline, segment: OutlineSegment): SegmentUnits {
  if (video === undefined) {
    const packed = readPackedAudio(bytes)
    if (!packed.ok) throw unreadable(segment, 'packed audio', packed.fault)
    return { video: [], audio: packed.value.audio }
  }
  const demuxed = demuxMpegTs(bytes)
  if (!demuxed.ok) throw unreadable(segment, 'transport stream', demuxed.fault)
  return demuxed.value
}

/** As `packetiseSegment` does pictures and sound in tracks of their own, of what a transport stream would hold. */
export function packetiseUnits(
  units: SegmentUnits,
  outline: Outline,
  index: number,
  maxRtpBytes: number,
): PacketisedSegment {
  const segment = segmentOf(outline, index)
  const codec = videoCodecOf(outline.video?.codec)
  const payloads = [
    videoPayloads(segment, units, maxRtpBytes, codec),
    audioPayloads(segment, units, maxRtpBytes, outline.audio?.codec),
  ]
  const plan = scheduleSegment(segment, { maxRtpBytes, ...scheduleFacts(outline) })
  return held(
    plan.map((planned) => {
      const payload = payloads[planned.trackIndex]?.[planned.unitIndex]?.[planned.packetOfUnit]
      if (payload === undefined) throw new Error(`${segment.uri} does not hold what its outline tells`)
      return { ...planned, payload }
    }),
  )
}

function segmentOf({ segments }: Outline, index: number): OutlineSegment {
  const segment = segments[index]
  if (segment === undefined) throw new RangeError(`segment ${index} of ${segments.length}`)
  return segment
}

function held(packets: readonly PacketisedPacket[]): PacketisedSegment {
  const payloadBytes = packets.reduce((sum, { payload }) => sum + payload.length, 0)
  return { packets, heldBytes: payloadBytes + packets.length * BYTES_HELD_PER_PACKET }
}

/** A unit of its own each: a pause may come between any two. Their times begin with the segment's, so that one follows the
 *  other whatever the clock of each file tells. */
function transportPackets(bytes: Uint8Array, segment: OutlineSegment, maxRtpBytes: number): PacketisedPacket[] {
  const startTicks = Math.round(segment.startSeconds * TICKS_PER_SECOND)
  const durationTicks = Math.round(segment.durationSeconds * TICKS_PER_SECOND)
  const parts = packetiseRtpMp2t(bytes, { maxRtpBytes, durationTicks })
  if (!parts.ok) throw unreadable(segment, 'transport stream', parts.fault)
  return parts.value.map(({ payload, sendTicks }, unitIndex) => ({
    trackIndex: TRACK_VIDEO,
    unitIndex,
    packetOfUnit: 0,
    sizeBytes: RTP_HEADER_BYTES + payload.length,
    marker: false, // RFC 2250 section 2: it would tell that the timestamps leap
    ptsTicks: startTicks + sendTicks, // the RTP timestamp is the time of sending
    sendMs: (startTicks + sendTicks) / 90, // 90 ticks a ms
    payload,
  }))
}

function isLast({ segments, ended }: Outline, index: number): boolean {
  return ended && index === segments.length - 1
}

function closed(bytes: Uint8Array): Uint8Array {
  const packet = closingPacket(bytes)
  return packet === undefined ? bytes : concatBytes([bytes, packet])
}

function unreadable({ uri }: OutlineSegment, wanted: string, fault: WireFault): Error {
  return new Error(`${uri} is no ${wanted}: ${JSON.stringify(fault)}`)
}

function videoPayloads(
  segment: OutlineSegment,
  { video }: SegmentUnits,
  maxRtpBytes: number,
  codec: VideoCodec,
): Uint8Array[][] {
  const format = nalPayloadFormats[codec]
  return segment.frames.map(({ nalSizesBytes }, index) =>
    packetiseRtpNals(
      format,
      video[index]?.nals ?? [],
      planRtpNals(format, nalSizesBytes, maxRtpBytes - RTP_HEADER_BYTES),
    ),
  )
}

function audioPayloads(
  segment: OutlineSegment,
  { audio }: SegmentUnits,
  maxRtpBytes: number,
  codec = '',
): (readonly Uint8Array[])[] {
  return (segment.audio?.sizesBytes ?? []).map((sizeBytes, index) =>
    packetiseRtpAudio(codec, audio[index]?.data ?? new Uint8Array(0), sizeBytes, maxRtpBytes - RTP_HEADER_BYTES),
  )
}
