import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { packetiseRtpAac, planRtpAac } from '../protocol/rtp-aac.ts'
import { packetiseRtpH264, planRtpH264 } from '../protocol/rtp-h264.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import type { SegmentUnits } from '../stream/live-segments.ts'
import { scheduleFacts, scheduleSegment, type PlannedPacket } from '../stream/send-schedule.ts'

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
  maxRtpBytes: number,
): PacketisedSegment {
  const segment = outline.segments[index]
  if (segment === undefined) throw new RangeError(`segment ${index} of ${outline.segments.length}`)
  const demuxed = demuxMpegTs(bytes)
  if (!demuxed.ok) throw new Error(`${segment.uri} is no transport stream: ${JSON.stringify(demuxed.fault)}`)
  return packetiseUnits(demuxed.value, outline, index, maxRtpBytes)
}

/** As `packetiseSegment`, of what a transport stream would hold. */
export function packetiseUnits(
  units: SegmentUnits,
  outline: Outline,
  index: number,
  maxRtpBytes: number,
): PacketisedSegment {
  const segment = outline.segments[index]
  if (segment === undefined) throw new RangeError(`segment ${index} of ${outline.segments.length}`)
  const payloads = [videoPayloads, audioPayloads].map((build) => build(segment, units, maxRtpBytes))
  const plan = scheduleSegment(segment, { maxRtpBytes, ...scheduleFacts(outline) })
  const packets = plan.map((planned) => {
    const payload = payloads[planned.trackIndex]?.[planned.unitIndex]?.[planned.packetOfUnit]
    if (payload === undefined) throw new Error(`${segment.uri} does not hold what its outline tells`)
    return { ...planned, payload }
  })
  const payloadBytes = packets.reduce((sum, { payload }) => sum + payload.length, 0)
  return { packets, heldBytes: payloadBytes + packets.length * BYTES_HELD_PER_PACKET }
}

function videoPayloads(segment: OutlineSegment, { video }: SegmentUnits, maxRtpBytes: number): Uint8Array[][] {
  return segment.frames.map(({ nalSizesBytes }, index) =>
    packetiseRtpH264(video[index]?.nals ?? [], planRtpH264(nalSizesBytes, maxRtpBytes - RTP_HEADER_BYTES)),
  )
}

function audioPayloads(segment: OutlineSegment, { audio }: SegmentUnits, maxRtpBytes: number): Uint8Array[][] {
  return (segment.audio?.sizesBytes ?? []).map((sizeBytes, index) =>
    packetiseRtpAac(audio[index]?.data ?? new Uint8Array(0), planRtpAac(sizeBytes, maxRtpBytes - RTP_HEADER_BYTES)),
  )
}
