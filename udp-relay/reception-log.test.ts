import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { genericNackPacket } from '../protocol/rtcp-feedback.ts'
import { middle32 } from '../protocol/rtcp-round-trip.ts'
import { extendedReportPacket, type VoipMetrics } from '../protocol/rtcp-xr.ts'
import { encodeRtcp, type ReportBlock, type RtcpPacket } from '../protocol/rtcp.ts'
import type { Reception } from '../protocol/weir-api.ts'
import { ReceptionLog } from './reception-log.ts'

const NOW = 1_800_000_000_000
const tracks = [
  { ssrc: 1, clockRateHz: 90_000 },
  { ssrc: 2, clockRateHz: 48_000 },
]
const timer = { nowMs: () => 1000, unixMs: () => NOW + 1000 } // what comes at 0 comes at NOW

function open() {
  const told: Reception[] = []
  const asked: [number, readonly number[], number][] = []
  let words = 0
  const log = new ReceptionLog({
    timer,
    tracks: () => tracks,
    onAlive: () => void (words += 1),
    onReception: (reception) => void told.push(reception),
    onNack: (...request) => void asked.push(request),
  })
  return { log, told, asked, words: () => words }
}

const block = (ssrc: number, cumulativePacketsLost: number): ReportBlock => ({
  ssrc,
  fractionLost: 64,
  cumulativePacketsLost,
  extendedHighestSequenceNumber: 9,
  jitterTicks: 480,
  lastSr: middle32(ntpTimeOf(NOW - 100)),
  delaySinceLastSr: 2 ** 16 / 20, // 50 ms
})
const reportOf = (...reports: ReportBlock[]): RtcpPacket => ({ kind: 'receiver-report', ssrc: 7, reports })
const datagram = (...packets: RtcpPacket[]) => encodeRtcp([reportOf(), ...packets])

test('ReceptionLog tells loss, jitter and round trip of our tracks, each by its clock, and of no other stream', () => {
  const { log, told, words } = open()
  log.take(encodeRtcp([reportOf(block(2, 5), block(3, 1))]), 0)
  const expected = {
    ssrc: 2,
    lossRatio: 0.25,
    cumulativeLostPackets: 5,
    jitterMs: 10,
    roundTripMs: expect.closeTo(50, 1),
    arrivedUnixMs: NOW,
  }
  expect(told).toEqual([expected])
  expect([log.of(2), log.of(1), log.of(3)]).toEqual([{ reception: expected }, {}, {}])
  log.take(encodeRtcp([reportOf(block(1, 2))]), 1)
  log.take(encodeRtcp([reportOf(block(2, 6))]), 2)
  expect([log.lostPackets, log.receiverReports, log.newest.length, words()]).toEqual([8, 3, 2, 3])
})

test('ReceptionLog tells no round trip before the viewer has had a sender report', () => {
  const { log, told } = open()
  log.take(encodeRtcp([reportOf({ ...block(1, 0), lastSr: 0 })]), 0)
  expect([told.length, 'roundTripMs' in (told[0] ?? {}), log.roundTripMs]).toEqual([1, false, undefined])
})

test('ReceptionLog keeps what extended reports say of each track, as ratios and milliseconds', () => {
  const { log } = open()
  const voip = (ssrc: number): VoipMetrics => ({
    kind: 'voip-metrics',
    ssrc,
    lossRate: 64,
    discardRate: 32,
    burstDensity: 128,
    gapDensity: 1,
    burstMs: 80,
    gapMs: 900,
    roundTripMs: 50,
    endSystemMs: 200,
    gapMinPackets: 16,
    jitterBufferMs: 200,
  })
  const numbers = { beginSequenceNumber: 0, endSequenceNumber: 9, lostPackets: 2 }
  const summary = { kind: 'statistics-summary', ssrc: 1, ...numbers, duplicatePackets: 3 } as const
  log.take(datagram(extendedReportPacket({ ssrc: 7, blocks: [summary, voip(1), voip(3)] })), 0)
  const extended = { lossRatio: 0.25, discardRatio: 0.125, burstDensity: 0.5, burstMs: 80, jitterBufferMs: 200 }
  expect(log.of(1)).toEqual({ extended: { duplicatePackets: 3, ...extended } })
  expect([log.of(2), log.of(3)]).toEqual([{}, {}])
})

test('ReceptionLog hands on requests for packets of our tracks, and nothing that cannot be read', () => {
  const { log, asked } = open()
  const nack = (mediaSsrc: number) => genericNackPacket({ senderSsrc: 7, mediaSsrc, lostSequenceNumbers: [9, 11] })
  log.take(datagram(nack(2), nack(3)), 40)
  log.take(datagram({ kind: 'other', packetType: 206, count: 1, body: nack(1).body }), 41) // of the payload, not transport
  log.take(datagram({ kind: 'other', packetType: 205, count: 1, body: new Uint8Array(8) }), 42)
  expect(asked).toEqual([[1, [9, 11], 40]])
})

test('ReceptionLog takes arbitrary bytes, counts what is no RTCP, and keeps nothing of it', () => {
  const { log } = open()
  let others = 0
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      if (!log.take(bytes, 0)) others += 1
      return log.otherDatagrams === others && log.newest.length <= tracks.length
    }),
    { seed: 1 },
  )
  expect(others).toBeGreaterThan(0)
})
