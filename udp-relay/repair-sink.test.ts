import { expect, test } from 'vitest'
import { decodeRtx } from '../protocol/rtp-rtx.ts'
import { encodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import { RepairSink, type RtxFormatOf } from './repair-sink.ts'
import { RecordingSink } from './test-support/recording-sink.ts'

const original = (sequenceNumber: number): RtpPacket => ({
  marker: sequenceNumber % 2 === 0,
  payloadType: 97,
  sequenceNumber,
  timestampTicks: 9000 + sequenceNumber,
  ssrc: 7,
  payload: Uint8Array.of(sequenceNumber >> 8, sequenceNumber & 0xff, 3),
})

/** Sends packets from `first` on, one each millisecond; what is sent again is what follows in the recording. */
function open(first: number, packets: number, formatOf?: RtxFormatOf) {
  const sink = new RecordingSink()
  const repair = new RepairSink(sink, () => 0.5, formatOf)
  for (let index = 0; index < packets; index += 1) {
    repair.send('rtp', 1, encodeRtp(original((first + index) & 0xffff)), index)
  }
  const again = () => sink.rtp.slice(packets)
  return { repair, again }
}

test('RepairSink sends again what is asked for, around the wrap, with an SSRC and numbers of its own', () => {
  const { repair, again } = open(0xfffe, 5)
  repair.resend(1, [0xffff, 1], 10)
  const packets = again()
  expect(packets.map(({ payloadType, ssrc, sequenceNumber }) => [payloadType, ssrc, sequenceNumber])).toEqual([
    [99, 2 ** 31, 2 ** 15],
    [99, 2 ** 31, 2 ** 15 + 1],
  ])
  expect(packets.map((packet) => decodeRtx(packet, { payloadType: 97, ssrc: 7 }))).toEqual(
    [0xffff, 1].map((number) => ({ ok: true, value: { ...original(number), trackIndex: 1, scheduledMs: 10 } })),
  )
  expect(repair.figures()).toEqual({
    requestedPackets: 2,
    resentPackets: 2,
    resentBytes: 34,
    unknownPackets: 0,
    refusedPackets: 0,
  })
})

test('RepairSink sends again in the format that was negotiated, or the packet as it was', () => {
  const negotiated = open(5, 2, () => ({ payloadType: 104, ssrc: 4243 }))
  negotiated.repair.resend(1, [6], 10)
  expect(negotiated.again()).toMatchObject([{ payloadType: 104, ssrc: 4243, sequenceNumber: 2 ** 15 }])
  const plain = open(5, 2, () => 'plain')
  plain.repair.resend(1, [6], 10)
  expect(plain.again()).toMatchObject([original(6)])
})

test('RepairSink keeps 1,024 packets of the last second, and none of another track', () => {
  const { repair, again } = open(0, 1025)
  repair.resend(1, [0, 5000], 1024) // overwritten, never sent
  repair.resend(1, [1, 100], 1101) // sent 1,100 ms and 1,001 ms ago
  repair.resend(0, [500], 1024)
  expect(again()).toEqual([])
  repair.resend(1, [101], 1101)
  expect(again()).toHaveLength(1)
  expect(repair.figures()).toMatchObject({ requestedPackets: 6, resentPackets: 1, unknownPackets: 5 })
})

test('RepairSink sends again 64 packets at once at most, and then one for each four that are sent', () => {
  const { repair, again } = open(0, 100)
  const all = Array.from({ length: 100 }, (_, number) => number)
  repair.resend(1, all, 100)
  expect(again()).toHaveLength(64)
  expect(repair.figures()).toMatchObject({ resentPackets: 64, refusedPackets: 36 })
  const sink = new RecordingSink()
  const other = new RepairSink(sink, () => 0.5)
  for (let number = 0; number < 4; number += 1) other.send('rtp', 1, encodeRtp(original(number)), 0)
  for (let request = 0; request < 65; request += 1) other.resend(1, [0], 0)
  expect(other.figures()).toMatchObject({ resentPackets: 64, refusedPackets: 1 })
  for (let number = 4; number < 8; number += 1) other.send('rtp', 1, encodeRtp(original(number)), 0)
  for (let request = 0; request < 2; request += 1) other.resend(1, [0], 0)
  expect(other.figures()).toMatchObject({ resentPackets: 65, refusedPackets: 2 })
})
