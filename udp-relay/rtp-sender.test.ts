import { expect, test } from 'vitest'
import { decodeRtp } from '../protocol/rtp.ts'
import { RtpSender } from './rtp-sender.ts'

const highest = 1 - 2 ** -32
const payload = Uint8Array.of(1, 2, 3)

test('RtpSender begins anywhere and wraps its sequence number and timestamp', () => {
  const sender = new RtpSender({ payloadType: 96, clockRateHz: 90_000, random: () => highest })
  expect(sender).toMatchObject({ ssrc: 0xffff_ffff, nextSequenceNumber: 65_535, lastSequenceNumber: undefined })
  const first = decodeRtp(sender.packet(payload, true, sender.timestampAt(0)))
  expect(first).toMatchObject({ value: { sequenceNumber: 65_535, timestampTicks: 0xffff_ffff, ssrc: 0xffff_ffff } })
  expect(sender).toMatchObject({ nextSequenceNumber: 0, lastSequenceNumber: 65_535 })
  expect([sender.timestampAt(3001), sender.timestampAt(-1)]).toEqual([3000, 0xffff_fffe])
})

test('RtpSender counts packets and payload bytes for its reports', () => {
  const sender = new RtpSender({ payloadType: 97, clockRateHz: 48_000, random: () => 0 })
  for (let packets = 0; packets < 3; packets += 1) sender.packet(payload, false, 0)
  expect(sender).toMatchObject({ sentPackets: 3, sentPayloadBytes: 9 })
})
