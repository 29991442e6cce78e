import type { Keyframe, Outline, OutlineFrame } from '../protocol/outline.ts'
import { PacketQueue, type TimedPacket } from './packet-queue.ts'
import { packetsFrom, type PlannedPacket } from './send-schedule.ts'

/** What is sent from a keyframe on, in order of time, a column for each fact: a run that walks over it makes no object for
 *  a packet, and finds the next one beside the one before. */
export type SendCourse = {
  readonly keyframe: Keyframe
  readonly frames: readonly OutlineFrame[] // in decode order
  readonly packetsOfTrack: readonly number[] // video, audio
  readonly sendMs: Float64Array
  readonly sizesBytes: Uint16Array // of RTP packets with their headers
  readonly trackIndices: Uint8Array
  readonly sequenceNumbers: Uint32Array // of the track, from 0, never wrapping
  readonly mediaTicks: Float64Array // on the clock of the track; a picture's is its presentation time
  readonly markers: Uint8Array // 1: the last packet of its unit
  readonly protectedPackets?: Uint8Array // of a parity packet: how many before it of its track; 0: media. Absent: no parity
}

/** `packetsOf` gives a segment's schedule. */
export function sendCourse(
  outline: Outline,
  keyframe: Keyframe,
  packetsOf: (segmentIndex: number) => readonly PlannedPacket[],
): SendCourse {
  const sent = packetsInOrder(outline, keyframe, packetsOf)
  const packetsOfTrack = [0, 0]
  const sequenceNumbers = Uint32Array.from(sent, ({ packet: { trackIndex } }) => {
    const sequenceNumber = packetsOfTrack[trackIndex] as number
    packetsOfTrack[trackIndex] = sequenceNumber + 1
    return sequenceNumber
  })
  return {
    keyframe,
    frames: framesFrom(outline, keyframe),
    packetsOfTrack,
    sendMs: Float64Array.from(sent, ({ packet }) => packet.sendMs),
    sizesBytes: Uint16Array.from(sent, ({ packet }) => packet.sizeBytes),
    trackIndices: Uint8Array.from(sent, ({ packet }) => packet.trackIndex),
    sequenceNumbers,
    mediaTicks: Float64Array.from(sent, ({ mediaTicks }) => mediaTicks),
    markers: Uint8Array.from(sent, ({ packet }) => Number(packet.marker)),
  }
}

/** As the live server takes them (udp-relay/packet-feed.ts). */
function packetsInOrder(
  { audio, segments }: Outline,
  keyframe: Keyframe,
  packetsOf: (segmentIndex: number) => readonly PlannedPacket[],
): readonly TimedPacket<PlannedPacket>[] {
  const queue = new PacketQueue(audio)
  const sent: TimedPacket<PlannedPacket>[] = []
  queue.add(packetsFrom(packetsOf(keyframe.segmentIndex), keyframe))
  for (let next = keyframe.segmentIndex + 1; ;) {
    for (; !queue.isFilled && next < segments.length; next += 1) queue.add(packetsOf(next))
    const timed = queue.take()
    if (timed === undefined) return sent
    sent.push(timed)
  }
}

/** The frames that are sent, in decode order. */
export function framesFrom({ segments }: Outline, { segmentIndex, frameIndex }: Keyframe): readonly OutlineFrame[] {
  return segments.slice(segmentIndex).flatMap(({ frames }, index) => (index === 0 ? frames.slice(frameIndex) : frames))
}
