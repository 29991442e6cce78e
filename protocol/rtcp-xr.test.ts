import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { decodeRtcp, encodeRtcp, type OtherRtcp } from './rtcp.ts'
import { decodeExtendedReport, extendedReportPacket, isExtendedReport, type XrBlock } from './rtcp-xr.ts'
import { hex } from './test-support/transport-packets.ts'

const summary: XrBlock = {
  kind: 'statistics-summary',
  ssrc: 0xdeadbeef,
  beginSequenceNumber: 0xfffe,
  endSequenceNumber: 0x0102,
  lostPackets: 3,
  duplicatePackets: 1,
}
const voip: XrBlock = {
  kind: 'voip-metrics',
  ssrc: 0xdeadbeef,
  lossRate: 13,
  discardRate: 2,
  burstDensity: 128,
  gapDensity: 1,
  burstMs: 90,
  gapMs: 4000,
  roundTripMs: 100,
  endSystemMs: 230,
  gapMinPackets: 16,
  jitterBufferMs: 200,
}
const summaryWire = '06c00009 deadbeef fffe0102 00000003 00000001' + '00000000'.repeat(5)
const voipWire = '07000008 deadbeef 0d028001 005a0fa0 006400e6 7f7f7f10 7f7f7f7f a00000c8 00c800c8'
const cases: { name: string; wire: string; blocks: XrBlock[] }[] = [
  { name: 'no block', wire: '80cf0001 11223344', blocks: [] },
  { name: 'a statistics summary', wire: `80cf000b 11223344 ${summaryWire}`, blocks: [summary] },
  { name: 'VoIP metrics', wire: `80cf000a 11223344 ${voipWire}`, blocks: [voip] },
  { name: 'both', wire: `80cf0014 11223344 ${summaryWire} ${voipWire}`, blocks: [summary, voip] },
  {
    name: 'a block of another type',
    wire: '80cf0004 11223344 04000002 0102030405060708',
    blocks: [{ kind: 'other', blockType: 4, typeSpecific: 0, body: hex('0102030405060708') }],
  },
]

function onlyOther(wire: string): OtherRtcp {
  const read = decodeRtcp(hex(wire))
  const packet = read.ok ? read.value[0] : undefined
  if (packet?.kind !== 'other') throw new Error(`no packet left unread in ${wire}`)
  return packet
}

for (const { name, wire, blocks } of cases) {
  const report = { ssrc: 0x11223344, blocks }
  test(`decodeExtendedReport reads ${name}`, () => {
    expect(decodeExtendedReport(onlyOther(wire))).toEqual({ ok: true, value: report })
  })
  test(`extendedReportPacket writes ${name}`, () => {
    expect(encodeRtcp([extendedReportPacket(report)])).toEqual(hex(wire))
  })
}

test('a summary whose flags call its counts absent is read as none lost, none doubled', () => {
  const read = decodeExtendedReport(onlyOther(`80cf000b 11223344 ${summaryWire.replace('06c0', '0600')}`))
  expect(read).toMatchObject({ value: { blocks: [{ lostPackets: 0, duplicatePackets: 0 }] } })
})

test('figures beyond their fields stay at the limit', () => {
  const large = { ...voip, lossRate: 256, gapMs: 1e9, burstMs: -1 }
  const read = decodeExtendedReport(extendedReportPacket({ ssrc: 1, blocks: [large] }))
  expect(read).toMatchObject({ value: { blocks: [{ lossRate: 255, gapMs: 0xffff, burstMs: 0 }] } })
})

const faults = [
  { name: 'another RTCP packet', wire: '80cc0001 11223344', fault: { code: 'unsupported' } },
  {
    name: 'a block that is cut',
    wire: '80cf0002 11223344 06c00009',
    fault: { code: 'bad-length', statedBytes: 40, gotBytes: 4 },
  },
  {
    name: 'a summary of another size',
    wire: '80cf0003 11223344 06c00001 deadbeef',
    fault: { code: 'bad-length', statedBytes: 36, gotBytes: 4 },
  },
  {
    name: 'VoIP metrics of another size',
    wire: '80cf0003 11223344 07000001 deadbeef',
    fault: { code: 'bad-length', statedBytes: 32, gotBytes: 4 },
  },
]
for (const { name, wire, fault } of faults) {
  test(`decodeExtendedReport refuses ${name}`, () => {
    expect(decodeExtendedReport(onlyOther(wire))).toMatchObject({ ok: false, fault })
  })
}

test('decodeExtendedReport answers any bytes, and reads again what it read', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 120 }), (body) => {
    const read = decodeExtendedReport({ kind: 'other', packetType: 207, count: 0, body })
    if (read.ok) expect(decodeExtendedReport(extendedReportPacket(read.value))).toEqual(read)
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(5000) })
  expect(isExtendedReport({ kind: 'other', packetType: 205, count: 1, body: hex('') })).toBe(false)
})
