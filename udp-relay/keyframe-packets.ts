import type { OutlineSegment } from '../protocol/outline.ts'
import { TRACK_VIDEO, type PlannedPacket } from '../stream/send-schedule.ts'

/** Of a segment's packets those that a fast forward shows: keyframes, without sound. */
export function keyframePackets<Packet extends PlannedPacket>(
  packets: readonly Packet[],
  { frames }: Pick<OutlineSegment, 'frames'>,
): readonly Packet[] {
  return packets.filter(({ trackIndex, unitIndex }) => trackIndex === TRACK_VIDEO && frames[unitIndex]?.kind === 'idr')
}
