import fc from 'fast-check'
import {
  ByePacket,
  CompoundPacket,
  ReceiverReportPacket,
  ReceptionReport,
  SdesChunk,
  type SdesItemType,
  SdesPacket,
  SenderReportPacket,
  type RtcpPacket as OracleRtcp,
} from 'rtp.js/packets'
import { expect, test } from 'vitest'
import { fuzzRuns, inLongRun } from '../lab/test-support/long-run.ts'
import { decodeRtcp, encodeRtcp, type ReportBlock, type RtcpPacket } from './rtcp.ts'
import { hex } from './test-support/transport-packets.ts'

const block: ReportBlock = {
  ssrc: 0xcafe_babe,
  fractionLost: 64,
  cumulativePacketsLost: 1000,
  extendedHighestSequenceNumber: 0x0002_ffff,
  jitterTicks: 450,
  lastSr: 0xb705_2000,
  delaySinceLastSr: 0x0005_4000,
}
const BLOCK = 'cafebabe 40 0003e8 0002ffff 000001c2 b7052000 00054000'
const senderReport: RtcpPacket = {
  kind: 'sender-report',
  ssrc: 0xdead_beef,
  ntpTime: { seconds: 0xeeac_0000, fraction: 0x4000_0000 },
  timestampTicks: 90_000,
  sentPackets: 600,
  sentPayloadBytes: 600_000,
  reports: [],
}
const SENDER_REPORT = '80 c8 0006 deadbeef eeac0000 40000000 00015f90 00000258 000927c0'
const sdes: RtcpPacket = { kind: 'source-description', sources: [{ ssrc: 0xdead_beef, cname: 'weir@x' }] }
const SDES = '81 ca 0004 deadbeef 01 06 776569724078 00000000'

const bothWays: { name: string; wire: string; packets: RtcpPacket[] }[] = [
  { name: 'a sender report', wire: SENDER_REPORT, packets: [senderReport] },
  {
    name: 'a sender report with a block',
    wire: `81 c8 000c ${SENDER_REPORT.slice(11)} ${BLOCK}`,
    packets: [{ ...senderReport, reports: [block] }],
  },
  {
    name: 'a receiver report with two blocks, one with more packets received than expected',
    wire: `82 c9 000d 00000001 ${BLOCK} cafebabe 00 ffffff 0002ffff 000001c2 00000000 00000000`,
    packets: [
      {
        kind: 'receiver-report',
        ssrc: 1,
        reports: [block, { ...block, fractionLost: 0, cumulativePacketsLost: -1, lastSr: 0, delaySinceLastSr: 0 }],
      },
    ],
  },
  {
    name: 'an empty receiver report',
    wire: '80 c9 0001 00000001',
    packets: [{ kind: 'receiver-report', ssrc: 1, reports: [] }],
  },
  { name: 'a CNAME that ends on a word, and its 0', wire: SDES, packets: [sdes] },
  {
    name: 'a source without and one with a CNAME',
    wire: '82 ca 0004 00000001 00000000 00000002 01 01 61 00',
    packets: [{ kind: 'source-description', sources: [{ ssrc: 1 }, { ssrc: 2, cname: 'a' }] }],
  },
  { name: 'a BYE of two sources', wire: '82 cb 0002 00000001 00000002', packets: [{ kind: 'bye', ssrcs: [1, 2] }] },
  {
    name: 'a BYE with its reason',
    wire: '81 cb 0002 00000001 03 656e64',
    packets: [{ kind: 'bye', ssrcs: [1], reason: 'end' }],
  },
  {
    name: 'feedback, as another type',
    wire: '81 cd 0002 00000001 00000002',
    packets: [{ kind: 'other', packetType: 205, count: 1, body: hex('00000001 00000002') }],
  },
  {
    name: 'a compound of SR, SDES and BYE',
    wire: `${SENDER_REPORT} ${SDES} 81 cb 0001 deadbeef`,
    packets: [senderReport, sdes, { kind: 'bye', ssrcs: [0xdead_beef] }],
  },
]
for (const { name, wire, packets } of bothWays) {
  test(`decodeRtcp reads ${name}`, () => expect(decodeRtcp(hex(wire))).toEqual({ ok: true, value: packets }))
  test(`encodeRtcp writes ${name}`, () => expect(encodeRtcp(packets)).toEqual(hex(wire)))
}

const readOnly: { name: string; wire: string; packets: RtcpPacket[] }[] = [
  {
    name: 'past the extension of a profile',
    wire: '80 c9 0002 00000001 12345678',
    packets: [{ kind: 'receiver-report', ssrc: 1, reports: [] }],
  },
  { name: 'without padding', wire: 'a1 cb 0002 00000001 00000004', packets: [{ kind: 'bye', ssrcs: [1] }] },
  {
    name: 'past items that are no CNAME',
    wire: '81 ca 0004 deadbeef 06 02 7676 01 01 61 02 01 62 00 00',
    packets: [{ kind: 'source-description', sources: [{ ssrc: 0xdead_beef, cname: 'a' }] }],
  },
]
for (const { name, wire, packets } of readOnly) {
  test(`decodeRtcp reads ${name}`, () => expect(decodeRtcp(hex(wire))).toEqual({ ok: true, value: packets }))
}

const refused = [
  { name: 'nothing', wire: '', fault: { code: 'too-short', neededBytes: 4, gotBytes: 0 } },
  {
    name: 'half a header behind a good packet',
    wire: '80 c9 0001 00000001 80c9',
    fault: { code: 'too-short', neededBytes: 4, gotBytes: 2 },
  },
  { name: 'version 0', wire: '00 c9 0001 00000001', fault: { code: 'bad-version', version: 0 } },
  { name: 'RTP', wire: '80 60 0001 00015f90', fault: { code: 'unsupported', what: 'RTCP packet type 96' } },
  {
    name: 'a length beyond the datagram',
    wire: '80 c9 0002 00000001',
    fault: { code: 'bad-length', statedBytes: 12, gotBytes: 8 },
  },
  {
    name: 'a report without its block',
    wire: '81 c9 0001 00000001',
    fault: { code: 'too-short', neededBytes: 28, gotBytes: 4 },
  },
  {
    name: 'a sender report of one word',
    wire: '80 c8 0001 00000001',
    fault: { code: 'too-short', neededBytes: 24, gotBytes: 4 },
  },
  {
    name: 'an SDES item beyond its packet',
    wire: '81 ca 0002 00000001 01 09 6161',
    fault: { code: 'too-short', neededBytes: 15, gotBytes: 8 },
  },
  {
    name: 'an SDES without its second source',
    wire: '82 ca 0002 00000001 00000000',
    fault: { code: 'too-short', neededBytes: 12, gotBytes: 8 },
  },
  {
    name: 'a BYE without its source',
    wire: '82 cb 0001 00000001',
    fault: { code: 'too-short', neededBytes: 8, gotBytes: 4 },
  },
  {
    name: 'a BYE whose reason is cut',
    wire: '81 cb 0002 00000001 09 656e64',
    fault: { code: 'bad-length', statedBytes: 9, gotBytes: 3 },
  },
  { name: 'padding into the header', wire: 'a0 c9 0001 00000005', fault: { code: 'bad-padding', paddingBytes: 5 } },
  {
    name: 'padding of half a word',
    wire: 'a0 cd 0002 00000001 00000002',
    fault: { code: 'bad-padding', paddingBytes: 2 },
  },
  { name: 'padding of no bytes', wire: 'a0 c9 0001 00000000', fault: { code: 'bad-padding', paddingBytes: 0 } },
]
for (const { name, wire, fault } of refused) {
  test(`decodeRtcp refuses ${name}`, () => expect(decodeRtcp(hex(wire))).toEqual({ ok: false, fault }))
}

test('encodeRtcp keeps losses that do not fit into 24 bits at the limit', () => {
  const losses = [0x80_0000, -0x80_0001].map((cumulativePacketsLost) => ({ ...block, cumulativePacketsLost }))
  const read = decodeRtcp(encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports: losses }]))
  expect(read).toMatchObject({
    value: [{ reports: [{ cumulativePacketsLost: 0x7f_ffff }, { cumulativePacketsLost: -0x80_0000 }] }],
  })
})

test('encodeRtcp refuses what does not fit into its fields', () => {
  const reports = Array.from({ length: 32 }, () => block)
  expect(() => encodeRtcp([{ kind: 'receiver-report', ssrc: 1, reports }])).toThrow(RangeError)
  expect(() => encodeRtcp([{ kind: 'bye', ssrcs: [], reason: 'x'.repeat(256) }])).toThrow(RangeError)
})

const uint32 = fc.nat(0xffff_ffff)
const blocks = fc.array(
  fc.record({
    ssrc: uint32,
    fractionLost: fc.nat(255),
    cumulativePacketsLost: fc.nat(0x7f_ffff), // rtp.js writes -1 as 800001; appendix A.3 has two's complement
    extendedHighestSequenceNumber: uint32,
    jitterTicks: uint32,
    lastSr: uint32,
    delaySinceLastSr: uint32,
  }),
  { maxLength: 31 },
)
const texts = fc.string({ minLength: 1, maxLength: 40 })
const packets: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    kind: fc.constant('sender-report' as const),
    ssrc: uint32,
    ntpTime: fc.record({ seconds: uint32, fraction: uint32 }),
    timestampTicks: uint32,
    sentPackets: uint32,
    sentPayloadBytes: uint32,
    reports: blocks,
  }),
  fc.record({ kind: fc.constant('receiver-report' as const), ssrc: uint32, reports: blocks }),
  fc.record({
    kind: fc.constant('source-description' as const),
    sources: fc.array(fc.record({ ssrc: uint32, cname: texts }), { minLength: 1, maxLength: 31 }),
  }),
  fc.record({
    kind: fc.constant('bye' as const),
    ssrcs: fc.array(uint32, { minLength: 1, maxLength: 31 }),
    reason: texts,
  }),
)

test('encodeRtcp writes what rtp.js writes, and decodeRtcp reads it back', () => {
  fc.assert(
    fc.property(fc.array(packets, { minLength: 1, maxLength: 4 }), (compound) => {
      const datagram = encodeRtcp(compound)
      expect(Buffer.from(datagram).toString('hex')).toBe(Buffer.from(oracleEncode(compound)).toString('hex'))
      expect(decodeRtcp(datagram)).toEqual({ ok: true, value: compound })
    }),
    { seed: 3550 },
  )
})

test('decodeRtcp answers any bytes with packets that can be written, or with a fault', () => {
  const vectors = fc.constantFrom(...[...bothWays, ...readOnly].map(({ wire }) => hex(wire)))
  const damaged = fc
    .tuple(vectors, fc.nat(60), fc.nat(255), fc.nat(70))
    .map(([vector, at, byte, length]) => vector.with(at % vector.length, byte).subarray(0, length))
  const outcomes = { read: 0, refused: 0 }
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array()), (datagram) => {
      const result = decodeRtcp(datagram)
      outcomes[result.ok ? 'read' : 'refused'] += 1
      if (result.ok) expect(decodeRtcp(encodeRtcp(result.value))).toEqual(result)
    }),
    { seed: 3551, numRuns: fuzzRuns(5000) },
  )
  if (!inLongRun) expect(outcomes).toEqual({ read: 892, refused: 4108 })
})

function oracleEncode(compound: readonly RtcpPacket[]): Uint8Array {
  const oracle = new CompoundPacket()
  oracle.setPackets(compound.map(oraclePacket))
  const { buffer, byteOffset, byteLength } = oracle.getView()
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function oraclePacket(packet: RtcpPacket): OracleRtcp {
  switch (packet.kind) {
    case 'sender-report': {
      const report = new SenderReportPacket()
      report.setSsrc(packet.ssrc)
      report.setNtpSeconds(packet.ntpTime.seconds)
      report.setNtpFraction(packet.ntpTime.fraction)
      report.setRtpTimestamp(packet.timestampTicks)
      report.setPacketCount(packet.sentPackets)
      report.setOctetCount(packet.sentPayloadBytes)
      report.setReports(packet.reports.map(oracleBlock))
      return report
    }
    case 'receiver-report': {
      const report = new ReceiverReportPacket()
      report.setSsrc(packet.ssrc)
      report.setReports(packet.reports.map(oracleBlock))
      return report
    }
    case 'source-description': {
      const description = new SdesPacket()
      description.setChunks(packet.sources.map(oracleChunk))
      return description
    }
    case 'bye': {
      const bye = new ByePacket()
      bye.setSsrcs([...packet.ssrcs])
      bye.setReason(packet.reason)
      return bye
    }
    case 'other':
      throw new RangeError('not compared')
  }
}

function oracleBlock(from: ReportBlock): ReceptionReport {
  const report = new ReceptionReport()
  report.setSsrc(from.ssrc)
  report.setFractionLost(from.fractionLost)
  report.setTotalLost(from.cumulativePacketsLost)
  report.setHighestSeqNumber(from.extendedHighestSequenceNumber)
  report.setJitter(from.jitterTicks)
  report.setLastSRTimestamp(from.lastSr)
  report.setDelaySinceLastSR(from.delaySinceLastSr)
  return report
}

const CNAME = 1 as SdesItemType // rtp.js exports the enumeration as a type only

function oracleChunk({ ssrc, cname = '' }: { ssrc: number; cname?: string }): SdesChunk {
  const chunk = new SdesChunk()
  chunk.setSsrc(ssrc)
  chunk.setItems([{ type: CNAME, text: cname }])
  return chunk
}
