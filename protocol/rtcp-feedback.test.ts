import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { decodeGenericNack, genericNackPacket, isGenericNack, type GenericNack } from './rtcp-feedback.ts'
import { decodeRtcp, encodeRtcp, type OtherRtcp } from './rtcp.ts'
import { hex } from './test-support/transport-packets.ts'

const ssrcs = { senderSsrc: 0x11223344, mediaSsrc: 0xdeadbeef }
const cases: { name: string; wire: string; lost: number[] }[] = [
  { name: 'one packet', wire: '81cd0003 11223344 deadbeef 00050000', lost: [5] },
  {
    name: 'a packet and the first and last that its bits reach',
    wire: '81cd0003 11223344 deadbeef 00058001',
    lost: [5, 6, 21],
  },
  { name: 'packets around the wrap', wire: '81cd0003 11223344 deadbeef fffe0003', lost: [0xfffe, 0xffff, 0] },
  {
    name: 'two pairs where the bits do not reach',
    wire: '81cd0004 11223344 deadbeef 00050000 00160000',
    lost: [5, 22],
  },
  {
    name: 'a number that falls in a pair of its own',
    wire: '81cd0004 11223344 deadbeef 00050000 00040000',
    lost: [5, 4],
  },
]

function onlyOther(wire: string): OtherRtcp {
  const read = decodeRtcp(hex(wire))
  const packet = read.ok ? read.value[0] : undefined
  if (packet?.kind !== 'other') throw new Error(`no packet left unread in ${wire}`)
  return packet
}

for (const { name, wire, lost } of cases) {
  const nack: GenericNack = { ...ssrcs, lostSequenceNumbers: lost }
  test(`decodeGenericNack reads ${name}`, () => {
    expect(decodeGenericNack(onlyOther(wire))).toEqual({ ok: true, value: nack })
  })
  test(`genericNackPacket writes ${name}`, () => expect(encodeRtcp([genericNackPacket(nack)])).toEqual(hex(wire)))
}

const faults = [
  { name: 'another feedback message', wire: '8fcd0003 11223344 deadbeef 00050000', fault: { code: 'unsupported' } },
  { name: 'no pair', wire: '81cd0002 11223344 deadbeef', fault: { code: 'too-short', neededBytes: 12, gotBytes: 8 } },
]
for (const { name, wire, fault } of faults) {
  test(`decodeGenericNack refuses ${name}`, () => {
    expect(decodeGenericNack(onlyOther(wire))).toMatchObject({ ok: false, fault })
  })
}

const pairs = (count: number): OtherRtcp => ({
  kind: 'other',
  packetType: 205,
  count: 1,
  body: new Uint8Array(8 + 4 * count),
})

test('decodeGenericNack reads 256 pairs and refuses more: one datagram must not ask for everything', () => {
  expect(decodeGenericNack(pairs(256))).toMatchObject({ ok: true })
  expect(decodeGenericNack(pairs(257))).toMatchObject({ ok: false, fault: { code: 'unsupported' } })
})

test('genericNackPacket throws for no number, and for more pairs than are read', () => {
  const nack = (count: number): GenericNack => ({
    ...ssrcs,
    lostSequenceNumbers: Array.from({ length: count }, (_, index) => 20 * index),
  })
  expect(() => genericNackPacket(nack(0))).toThrow(RangeError)
  expect(() => genericNackPacket(nack(257))).toThrow(RangeError)
  expect(isGenericNack(genericNackPacket(nack(256)))).toBe(true)
})

test('decodeGenericNack answers any bytes', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
    const read = decodeGenericNack({ kind: 'other', packetType: 205, count: 1, body })
    if (!read.ok) return
    const pairCount = (body.length - 8) / 4
    expect(read.value.lostSequenceNumbers.length).toBeGreaterThanOrEqual(pairCount)
    expect(read.value.lostSequenceNumbers.length).toBeLessThanOrEqual(17 * pairCount)
  })
  fc.assert(property, { seed: 5, numRuns: fuzzRuns(5000) })
})
