import type { NalDepacketiser } from '../rtp-nal.ts'
import type { ReassembledUnit } from '../rtp-nal-unit.ts'
import type { RtpPacket } from '../rtp.ts'

/** One access unit per list of payloads, 3000 ticks apart, its last packet marked. */
export function numbered(...units: readonly (readonly Uint8Array[])[]): RtpPacket[] {
  const packets = units.flatMap((payloads, unit) =>
    payloads.map((payload, index) => ({
      marker: index === payloads.length - 1,
      payloadType: 96,
      timestampTicks: 3000 * unit,
      ssrc: 1,
      payload,
    })),
  )
  return packets.map((packet, sequenceNumber) => ({ ...packet, sequenceNumber }))
}

/** Pushes in order, tells the gaps, and flushes. */
export function reassembled(
  depacketiser: NalDepacketiser,
  packets: readonly RtpPacket[],
  firstSequenceNumber = packets[0]?.sequenceNumber ?? 0,
): ReassembledUnit[] {
  let expected = firstSequenceNumber
  const units = packets.flatMap((packet) => {
    const lostBefore = packet.sequenceNumber !== expected
    expected = (packet.sequenceNumber + 1) & 0xffff
    return depacketiser.push(packet, lostBefore)
  })
  return [...units, ...depacketiser.flush()]
}

/** Strings compare far faster than arrays. */
export function texts(arrays: readonly Uint8Array[]): string[] {
  return arrays.map((array) => Buffer.from(array).toString('latin1'))
}

export function sizesOf(arrays: readonly Uint8Array[]): number[] {
  return arrays.map((array) => array.length)
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
