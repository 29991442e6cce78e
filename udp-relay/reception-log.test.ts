import fc from 'fast-check'
import { expect, test } from 'vitest'
import { middle32 } from '../protocol/rtcp-round-trip.ts'
import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { encodeRtcp, type ReportBlock } from '../protocol/rtcp.ts'
import { ReceptionLog } from './reception-log.ts'

const NOW = 1_800_000_000_000
const tracks = [
  { ssrc: 1, clockRateHz: 90_000 },
  { ssrc: 2, clockRateHz: 48_000 },
]
const block = (ssrc: number, cumulativePacketsLost: number): ReportBlock => ({
  ssrc,
  fractionLost: 64,
  cumulativePacketsLost,
  extendedHighestSequenceNumber: 9,
  jitterTicks: 480,
  lastSr: middle32(ntpTimeOf(NOW - 100)),
  delaySinceLastSr: 2 ** 16 / 20, // 50 ms
})
const reportOf = (...reports: ReportBlock[]) => encodeRtcp([{ kind: 'receiver-report', ssrc: 7, reports }])

test('ReceptionLog tells loss, jitter and round trip of our tracks, each by its clock, and of no other stream', () => {
  const log = new ReceptionLog(() => tracks)
  const told = log.take(reportOf(block(2, 5), block(3, 1)), NOW)
  expect(told).toEqual([
    {
      ssrc: 2,
      lossRatio: 0.25,
      cumulativeLostPackets: 5,
      jitterMs: 10,
      roundTripMs: expect.closeTo(50, 1),
      arrivedUnixMs: NOW,
    },
  ])
  log.take(reportOf(block(1, 2)), NOW + 1)
  log.take(reportOf(block(2, 6)), NOW + 2)
  expect([log.lostPackets, log.receiverReports, log.newest.length]).toEqual([8, 3, 2])
})

test('ReceptionLog tells no round trip before the viewer has had a sender report', () => {
  const log = new ReceptionLog(() => tracks)
  const [first] = log.take(reportOf({ ...block(1, 0), lastSr: 0 }), NOW) ?? []
  expect([first !== undefined && 'roundTripMs' in first, log.roundTripMs]).toEqual([false, undefined])
})

test('ReceptionLog takes arbitrary bytes, counts what is no RTCP, and keeps nothing of it', () => {
  const log = new ReceptionLog(() => tracks)
  let others = 0
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      if (log.take(bytes, NOW) === undefined) others += 1
      return log.otherDatagrams === others && log.newest.length <= tracks.length
    }),
    { seed: 1 },
  )
  expect(others).toBeGreaterThan(0)
})
