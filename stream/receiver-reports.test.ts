import { expect, test } from 'vitest'
import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { roundTripMs } from '../protocol/rtcp-round-trip.ts'
import { decodeRtcp, encodeRtcp, type ReceiverReport, type RtcpPacket } from '../protocol/rtcp.ts'
import { ReceiverReports } from './receiver-reports.ts'
import { ReceptionStatistics } from './reception-statistics.ts'

const VIDEO = 0xabcd
const newStatistics = () => new ReceptionStatistics({ clockRateHz: 90_000, firstSequenceNumber: 0 })

function open() {
  let statistics = newStatistics()
  const reports = new ReceiverReports(() => 0.5) // a report each second, the first after half of one
  const follow = (nowMs: number): void => reports.follow([{ ssrc: VIDEO, statistics }], nowMs)
  follow(0)
  const seek = (nowMs: number): void => {
    statistics = newStatistics()
    follow(nowMs)
  }
  const arrive = (...sequenceNumbers: number[]): void => {
    for (const number of sequenceNumbers) statistics.add(number, number * 3000, number * 33)
  }
  return { reports, seek, arrive }
}

function compound(datagram: Uint8Array | undefined): readonly RtcpPacket[] {
  const read = decodeRtcp(datagram ?? new Uint8Array())
  return read.ok ? read.value : []
}

const blockOf = (datagram: Uint8Array | undefined) => (compound(datagram)[0] as ReceiverReport | undefined)?.reports[0]

test('ReceiverReports writes a compound packet of report and CNAME, of one SSRC', () => {
  const { reports, arrive } = open()
  arrive(0, 1, 3)
  const [report, description] = compound(reports.advance(500))
  const block = {
    ssrc: VIDEO,
    fractionLost: 64, // one of four, in 256
    cumulativePacketsLost: 1,
    extendedHighestSequenceNumber: 3,
    jitterTicks: 5, // 30 ticks early, then 60: 30 / 16 + (60 - 30 / 16) / 16 (appendix A.8)
    lastSr: 0,
    delaySinceLastSr: 0,
  }
  expect(report).toEqual({ kind: 'receiver-report', ssrc: 2 ** 31, reports: [block] })
  expect(description).toEqual({
    kind: 'source-description',
    sources: [{ ssrc: 2 ** 31, cname: '800000008000000080000000' }],
  })
})

test('ReceiverReports reports about once a second, and not without anything that came since', () => {
  const { reports, arrive } = open()
  const sentMs: number[] = []
  for (let nowMs = 0; nowMs <= 4000; nowMs += 10) {
    if (nowMs <= 2000) arrive(nowMs / 10)
    if (reports.advance(nowMs) !== undefined) sentMs.push(nowMs)
  }
  expect(sentMs).toEqual([500, 1500, 2500])
})

test('ReceiverReports tells the last sender report and for how long it was held: the round trip follows', () => {
  const { reports, arrive } = open()
  const sentUnixMs = 1_800_000_000_000
  const report: RtcpPacket = {
    kind: 'sender-report',
    ssrc: VIDEO,
    ntpTime: ntpTimeOf(sentUnixMs),
    timestampTicks: 0,
    sentPackets: 1,
    sentPayloadBytes: 1,
    reports: [],
  }
  reports.receive(encodeRtcp([report]), 100) // on the viewer's clock, which is another
  reports.receive(Uint8Array.of(0x80, 200, 0xff), 110) // no RTCP
  arrive(0)
  const block = blockOf(reports.advance(500))
  expect(block?.delaySinceLastSr).toBe(26_214) // 400 ms
  expect(roundTripMs(block ?? { lastSr: 0, delaySinceLastSr: 0 }, sentUnixMs + 470)).toBeCloseTo(70, 1)
})

test('ReceiverReports goes on counting losses over a seek, which begins the statistics anew', () => {
  const { reports, seek, arrive } = open()
  arrive(0, 3)
  reports.advance(500)
  seek(900)
  arrive(0, 1, 3)
  expect(blockOf(reports.advance(1500))).toMatchObject({ fractionLost: 64, cumulativePacketsLost: 3 })
})
