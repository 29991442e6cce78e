import { expect, test } from 'vitest'
import { encodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import type { ControlTrack } from '../protocol/udp-control.ts'
import { mediaSeconds, TrackReceiver } from './track-receiver.ts'

const track: ControlTrack = {
  kind: 'video',
  payloadType: 96,
  ssrc: 1,
  clockRateHz: 90_000,
  sequenceNumber: 65_534,
  timestampTicks: 0xffff_f000,
  codec: 'avc1.64001f',
}

function packet(sequenceNumber: number, timestampTicks: number): RtpPacket {
  return { marker: true, payloadType: 96, sequenceNumber, timestampTicks, ssrc: 1, payload: new Uint8Array(1) }
}

const open = (described: ControlTrack, startSeconds: number, waitMs: number): TrackReceiver =>
  new TrackReceiver(described, { startSeconds, waitMs, roundTripMs: 20, tellRepair: () => {} })

const arrived = (sent: RtpPacket, arrivalMs: number) => ({ packet: sent, datagram: encodeRtp(sent), arrivalMs })

const timesOf = (receiver: TrackReceiver, packets: readonly RtpPacket[]) =>
  packets
    .flatMap((each) => receiver.push(arrived(each, 0)))
    .map((released) => (released.kind === 'packet' ? released.packet.timestampTicks : `${released.packets} lost`))

test('TrackReceiver gives packets the time of the video over a wrap of sequence numbers and timestamps', () => {
  const receiver = open(track, 4, 100)
  const packets = [packet(65_534, 0xffff_f000), packet(65_535, 0xffff_fbb8), packet(0, 0x770)]
  expect(timesOf(receiver, packets)).toEqual([360_000, 363_000, 366_000])
})

test('TrackReceiver drops packets of what was played before a seek', () => {
  const receiver = open(track, 4, 100)
  expect(timesOf(receiver, [packet(65_000, 0xffff_0000), packet(65_533, 0xffff_0000)])).toEqual([])
  expect(receiver.statistics.receivedPackets).toBe(0)
})

test('TrackReceiver places packets anew after a pause, and those sent before it as before', () => {
  const receiver = open({ ...track, sequenceNumber: 10, timestampTicks: 1000 }, 0, 100)
  receiver.resume({ ...track, sequenceNumber: 12, timestampTicks: 901_000 }, 1)
  const packets = [packet(10, 1000), packet(11, 4000), packet(12, 901_000), packet(13, 904_000)]
  expect(timesOf(receiver, packets)).toEqual([0, 3000, 90_000, 93_000])
})

test('TrackReceiver gives up a gap after its time, and what was lost at the end once that is told', () => {
  const receiver = open({ ...track, sequenceNumber: 10, timestampTicks: 0 }, 0, 100)
  receiver.push(arrived(packet(10, 0), 0))
  expect(receiver.push(arrived(packet(12, 6000), 40))).toEqual([])
  expect(receiver.nextEventMs()).toBe(140)
  const atLast = (released: ReturnType<TrackReceiver['advance']>) =>
    released.map((each) => (each.kind === 'lost' ? [each.firstSequenceNumber, each.packets] : each.sequenceNumber))
  expect(atLast(receiver.advance(140))).toEqual([[11, 1], 12])
  expect(atLast(receiver.finish(15))).toEqual([[13, 3]])
  expect(receiver.statistics.lostPackets).toBe(4)
})

test('mediaSeconds tells times before the first picture as negative, and long videos by what is near', () => {
  expect(mediaSeconds(-1024 >>> 0, 48_000, 0)).toBeCloseTo(-1024 / 48_000, 9)
  expect(mediaSeconds((100_000 * 48_000) >>> 0, 48_000, 99_990)).toBe(100_000)
})
