import { expect, test } from 'vitest'
import { MP2T_MAX_RTP_BYTES, packetiseRtpMp2t, type Mp2tPart } from './rtp-mp2t.ts'
import { programPackets } from './test-support/transport-packets.ts'

/** A packet of the program's video, with a clock reference of so many ticks of 90 kHz or without one. */
function videoPacket(pcrTicks?: number): Uint8Array {
  const packet = new Uint8Array(188).fill(0xaa)
  packet.set([0x47, 0x01, 0x00, 0x10])
  if (pcrTicks === undefined) return packet
  const base = BigInt(pcrTicks)
  packet.set([0x47, 0x01, 0x00, 0x30, 7, 0x10])
  packet.set(
    [25n, 17n, 9n, 1n].map((bit) => Number((base >> bit) & 0xffn)),
    6,
  )
  packet.set([Number((base & 1n) << 7n) | 0x7e, 0], 10)
  return packet
}

const segment = (...packets: readonly Uint8Array[]): Uint8Array => Buffer.concat([programPackets(), ...packets])
const plain = (packets: number): Uint8Array[] => Array.from({ length: packets }, () => videoPacket())

function parts(bytes: Uint8Array, maxRtpBytes: number, durationTicks = 9000): Mp2tPart[] {
  const packetised = packetiseRtpMp2t(bytes, { maxRtpBytes, durationTicks })
  if (!packetised.ok) throw new Error(packetised.fault.code)
  return packetised.value
}
const ONE_A_PART = 12 + 188
const sendTicks = (bytes: Uint8Array, durationTicks?: number): number[] =>
  parts(bytes, ONE_A_PART, durationTicks).map((part) => part.sendTicks)

test('packetiseRtpMp2t sends the very bytes, seven transport packets at a time, five where 1,100 bytes fit', () => {
  const bytes = segment(videoPacket(0), ...plain(14))
  for (const { maxRtpBytes, sizes } of [
    { maxRtpBytes: MP2T_MAX_RTP_BYTES, sizes: [7, 7, 3] },
    { maxRtpBytes: 1100, sizes: [5, 5, 5, 2] },
  ]) {
    const payloads = parts(bytes, maxRtpBytes).map(({ payload }) => payload)
    expect(payloads.map(({ length }) => length / 188)).toEqual(sizes)
    expect(Buffer.concat(payloads).equals(bytes)).toBe(true)
  }
})

test('packetiseRtpMp2t spreads the bytes between two clock references evenly, and the last over the rest', () => {
  // The reference of 1000 + 900 ticks stands 10 bytes into the seventh packet.
  const bytes = segment(videoPacket(1000), ...plain(3), videoPacket(1900), videoPacket())
  const perByte = 900 / (4 * 188)
  const between = [3, 4, 5, 6].map((packet) => Math.round((188 * packet - 386) * perByte))
  const lastTicks = Math.round(900 + ((7 * 188 - (6 * 188 + 10)) / (2 * 188 - 10)) * 8100)
  expect(sendTicks(bytes)).toEqual([0, 0, 0, ...between, lastTicks])
})

test('packetiseRtpMp2t takes no harm from clock references that wrap, leap back or tell no time', () => {
  const even = [0, 0, 0, ...[1, 2, 3].map((packet) => Math.round((packet * 188 - 10) * (900 / 564)))]
  const wrapping = segment(videoPacket(2 ** 33 - 450), ...plain(2), videoPacket(450))
  expect(sendTicks(wrapping)).toEqual(even)
  const leaping = segment(videoPacket(5000), videoPacket(4000), videoPacket(70_000), videoPacket(5900))
  expect(sendTicks(leaping)).toEqual(even)
  expect(sendTicks(segment(...plain(2)))).toEqual([0, 2250, 4500, 6750])
})

test('packetiseRtpMp2t leaves out a cut packet at the end, and refuses what is no program', () => {
  const bytes = segment(videoPacket(0), videoPacket())
  expect(parts(bytes.subarray(0, -1), MP2T_MAX_RTP_BYTES)[0]?.payload).toHaveLength(3 * 188)
  const options = { maxRtpBytes: 1100, durationTicks: 9000 }
  expect(packetiseRtpMp2t(new Uint8Array(187), options)).toMatchObject({ ok: false, fault: { code: 'too-short' } })
  expect(packetiseRtpMp2t(new Uint8Array(1880), options)).toMatchObject({ ok: false, fault: { code: 'unsupported' } })
  expect(() => packetiseRtpMp2t(bytes, { ...options, maxRtpBytes: 199 })).toThrow(RangeError)
})
