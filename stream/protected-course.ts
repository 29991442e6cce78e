import { FEC_HEADERS_BYTES } from '../protocol/rtp-ulpfec.ts'
import { isGroupComplete } from './parity-bounds.ts'
import type { SendCourse } from './send-course.ts'

type Group = { packets: number; firstMs: number; largestBytes: number }

const newGroup = (): Group => ({ packets: 0, firstMs: 0, largestBytes: 0 })

/** The columns of a course while they grow. */
class Columns {
  readonly places: number[] = [] // of the course without parity; of a parity packet that of the packet with which it leaves
  readonly trackIndices: number[] = []
  readonly sizesBytes: number[] = []
  readonly sequenceNumbers: number[] = []
  readonly protectedPackets: number[] = []
  readonly packetsOfTrack = [0, 0]

  add(place: number, trackIndex: number, sizeBytes: number, protectedPackets: number): void {
    const sequenceNumber = this.packetsOfTrack[trackIndex] as number
    this.packetsOfTrack[trackIndex] = sequenceNumber + 1
    this.places.push(place)
    this.trackIndices.push(trackIndex)
    this.sizesBytes.push(sizeBytes)
    this.sequenceNumbers.push(sequenceNumber)
    this.protectedPackets.push(protectedPackets)
  }
}

/** The same packets with those of parity among them (RFC 5109), as udp-relay/playout-parity.ts sends them: right behind each
 *  group of a track, with the next of its sequence numbers. */
export function protectCourse(course: SendCourse, groupPackets: number): SendCourse {
  const { sendMs, sizesBytes, trackIndices } = course
  const columns = new Columns()
  const groups = [newGroup(), newGroup()]
  const close = (trackIndex: number, place: number): void => {
    const { packets, largestBytes } = groups[trackIndex] as Group
    if (packets > 0) columns.add(place, trackIndex, largestBytes + FEC_HEADERS_BYTES, packets)
    groups[trackIndex] = newGroup()
  }
  for (let place = 0; place < sendMs.length; place += 1) {
    const trackIndex = trackIndices[place] as number
    const [sentMs, sizeBytes] = [sendMs[place] as number, sizesBytes[place] as number]
    columns.add(place, trackIndex, sizeBytes, 0)
    const group = groups[trackIndex] as Group
    if (group.packets === 0) group.firstMs = sentMs
    group.packets += 1
    group.largestBytes = Math.max(group.largestBytes, sizeBytes)
    if (isGroupComplete(group, groupPackets, sentMs)) close(trackIndex, place)
  }
  for (const trackIndex of groups.keys()) close(trackIndex, sendMs.length - 1)
  return withColumns(course, columns)
}

function withColumns(course: SendCourse, { places, ...columns }: Columns): SendCourse {
  const { sendMs, mediaTicks, markers } = course
  return {
    ...course,
    packetsOfTrack: columns.packetsOfTrack,
    sendMs: Float64Array.from(places, (place) => sendMs[place] as number),
    sizesBytes: Uint16Array.from(columns.sizesBytes),
    trackIndices: Uint8Array.from(columns.trackIndices),
    sequenceNumbers: Uint32Array.from(columns.sequenceNumbers),
    mediaTicks: Float64Array.from(places, (place) => mediaTicks[place] as number),
    markers: Uint8Array.from(places, (place, index) =>
      columns.protectedPackets[index] === 0 ? (markers[place] as number) : 0,
    ),
    protectedPackets: Uint8Array.from(columns.protectedPackets),
  }
}
