import { expect, test } from 'vitest'
import { decodeExtendedReport } from '../protocol/rtcp-xr.ts'
import { decodeGenericNack } from '../protocol/rtcp-feedback.ts'
import { decodeRtcp, type RtcpPacket, type SenderReport } from '../protocol/rtcp.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import { RepairRequests } from '../stream/repair-requests.ts'
import { ReceivedTrack } from './received-track.ts'
import { TrackReports } from './track-reports.ts'

const SSRC = 7
const senderReport = (sentPackets: number): SenderReport => ({
  kind: 'sender-report',
  ssrc: SSRC,
  ntpTime: { seconds: 0x11112222, fraction: 0x33334444 },
  timestampTicks: 0,
  sentPackets,
  sentPayloadBytes: 0,
  reports: [],
})
const bye: RtcpPacket = { kind: 'bye', ssrcs: [SSRC] }

function open() {
  const description = { kind: 'video', payloadType: 96, encoding: 'H264', clockRateHz: 90_000, controlUrl: '' } as const
  const track = new ReceivedTrack({
    description: { ...description, formatParameters: new Map() },
    waitMs: 100,
    first: { sequenceNumber: 0xfffe },
    repairs: new RepairRequests({ waitMs: 100, roundTripMs: 20 }),
    media: { push: () => {}, finish: () => {} },
    tell: () => {},
    onFirst: () => {},
  })
  const sent: RtcpPacket[][] = []
  const send = (datagram: Uint8Array): void => {
    const read = decodeRtcp(datagram)
    if (read.ok) sent.push(read.value)
  }
  const reports = new TrackReports({
    track,
    cname: 'me',
    jitterBufferMs: 130,
    roundTripMs: 20,
    send,
    random: () => 0.5,
  })
  /** The packets from the first on, `steps` of them missing none. */
  const receive = (...numbers: number[]): void => {
    for (const number of numbers) {
      const head = { marker: false, payloadType: 96, ssrc: SSRC, timestampTicks: number * 3600 }
      track.takeRtp(
        encodeRtp({ ...head, sequenceNumber: (0xfffe + number) & 0xffff, payload: new Uint8Array(1) }),
        number,
      )
    }
  }
  return { track, reports, receive, sent }
}

test('TrackReports knows the last packet from the goodbye of a sender that counts from our first', () => {
  const { reports, receive } = open()
  reports.take([senderReport(0)], 0)
  receive(0, 1, 2)
  expect(reports.lastSequenceNumber).toBeUndefined()
  reports.take([senderReport(6), bye], 10)
  expect([reports.hasSaidBye, reports.lastSequenceNumber]).toEqual([true, 3]) // 0xfffe + 5
})

test('TrackReports believes no count of a sender that had sent to others before', () => {
  const { reports, receive } = open()
  receive(0, 1)
  reports.take([senderReport(1000)], 5)
  receive(2, 3)
  reports.take([senderReport(1002), bye], 10)
  expect([reports.hasSaidBye, reports.lastSequenceNumber]).toEqual([true, undefined])
})

test('TrackReports takes no goodbye of another source for its own', () => {
  const { reports, receive } = open()
  receive(0)
  reports.take([{ kind: 'bye', ssrcs: [8] }], 5)
  expect(reports.hasSaidBye).toBe(false)
})

test('TrackReports takes the goodbye of what repairs its media for the sender’s, and believes no count of it', () => {
  const { reports, receive } = open()
  receive(0, 1)
  const described = (ssrc: number, cname: string): RtcpPacket => ({
    kind: 'source-description',
    sources: [{ ssrc, cname }],
  })
  reports.take([senderReport(2), described(SSRC, 'server')], 5)
  reports.take([described(8, 'someone'), { kind: 'bye', ssrcs: [8] }], 6)
  expect(reports.hasSaidBye).toBe(false)
  reports.take([described(9, 'server'), { kind: 'bye', ssrcs: [9] }], 7)
  expect([reports.hasSaidBye, reports.lastSequenceNumber]).toEqual([true, undefined])
})

test('TrackReports reports after 2.5 s and then every 5 s: loss, jitter, the newest sender report, bursts', () => {
  const { track, reports, receive, sent } = open()
  reports.reportWhenDue(0)
  reports.take([senderReport(0)], 1000)
  receive(0, 1, 3, 5)
  track.advance(1000)
  reports.reportWhenDue(2499)
  expect(sent).toEqual([])
  reports.reportWhenDue(2500)
  const [report, source, extended] = sent[0] ?? []
  const block = { ssrc: SSRC, fractionLost: 85, cumulativePacketsLost: 2, extendedHighestSequenceNumber: 0x10003 }
  const burst = { burstDensity: 170, burstMs: 3, gapDensity: 0, gapMs: 1, gapMinPackets: 16 } // packets 2 to 4, 1 ms each
  const times = { lastSr: 0x22223333, delaySinceLastSr: 1.5 * 65_536 }
  expect(report).toMatchObject({ kind: 'receiver-report', reports: [{ ...block, ...times }] })
  expect(source).toMatchObject({ sources: [{ cname: 'me' }] })
  expect(extended?.kind === 'other' && decodeExtendedReport(extended)).toMatchObject({
    value: {
      blocks: [
        { kind: 'statistics-summary', beginSequenceNumber: 0xfffe, endSequenceNumber: 4, lostPackets: 2 },
        { kind: 'voip-metrics', lossRate: 85, discardRate: 0, roundTripMs: 20, endSystemMs: 130, ...burst },
      ],
    },
  })
  reports.reportWhenDue(7499)
  expect(sent).toHaveLength(1)
  reports.reportWhenDue(7500)
  expect(sent[1]?.[0]).toMatchObject({ reports: [{ fractionLost: 0, cumulativePacketsLost: 2 }] })
})

test('TrackReports asks at once for what is missing, behind a report that counts nothing', () => {
  const { reports, receive, sent } = open()
  receive(0, 1, 4)
  reports.askForMissing(4)
  const [report, , nack] = sent[0] ?? []
  expect(report).toMatchObject({ kind: 'receiver-report', reports: [] })
  expect(nack?.kind === 'other' && decodeGenericNack(nack)).toMatchObject({
    value: { mediaSsrc: SSRC, lostSequenceNumbers: [0, 1] },
  })
  reports.askForMissing(5)
  expect(sent).toHaveLength(1)
})

test('TrackReports says goodbye with a last report', () => {
  const { reports, receive, sent } = open()
  receive(0, 1)
  reports.leave(10)
  expect(sent[0]?.map(({ kind }) => kind)).toEqual(['receiver-report', 'source-description', 'bye'])
})
