import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AacDepacketiser,
  decodeAacPayload,
  encodeAacPayload,
  packetiseRtpAac,
  planRtpAac,
  type AacPayload,
} from './rtp-aac.ts'
import type { RtpPacket } from './rtp.ts'
import { hex } from './test-support/transport-packets.ts'

const bothWays: { name: string; wire: string; payload: AacPayload }[] = [
  { name: 'one access unit', wire: '0010 0018 210045', payload: { unitSizesBytes: [3], data: hex('210045') } },
  {
    name: 'two access units',
    wire: '0020 0010 0018 2100 210045',
    payload: { unitSizesBytes: [2, 3], data: hex('2100210045') },
  },
  {
    name: 'a fragment of the largest unit',
    wire: '0010 fff8 2100',
    payload: { unitSizesBytes: [8191], data: hex('2100') },
  },
]
for (const { name, wire, payload } of bothWays) {
  test(`decodeAacPayload reads ${name}`, () => {
    expect(decodeAacPayload(hex(wire))).toEqual({ ok: true, value: payload })
  })
  test(`encodeAacPayload writes ${name}`, () => expect(encodeAacPayload(payload)).toEqual(hex(wire)))
}

const refused = [
  { name: 'three bytes', wire: '0010 00', fault: { code: 'too-short', neededBytes: 4, gotBytes: 3 } },
  { name: 'no AU headers', wire: '0000 2100', fault: { code: 'bad-length', statedBytes: 0, gotBytes: 4 } },
  { name: 'half an AU header', wire: '0018 0018 210045', fault: { code: 'bad-length', statedBytes: 3, gotBytes: 7 } },
  {
    name: 'more AU headers than bytes',
    wire: '0030 0018 0018',
    fault: { code: 'bad-length', statedBytes: 6, gotBytes: 6 },
  },
  {
    name: 'interleaved units',
    wire: '0020 0010 0019 2100 210045',
    fault: { code: 'unsupported', what: 'interleaved AAC' },
  },
]
for (const { name, wire, fault } of refused) {
  test(`decodeAacPayload refuses ${name}`, () => expect(decodeAacPayload(hex(wire))).toEqual({ ok: false, fault }))
}

test('planRtpAac sends a unit that just fits alone, and one byte more as two equal fragments', () => {
  expect(planRtpAac(96, 100).sizesBytes).toEqual([100])
  expect(planRtpAac(97, 100).sizesBytes).toEqual([52, 53])
})

test('planRtpAac refuses what can not be sent', () => {
  expect(() => planRtpAac(8192, 1088)).toThrow(RangeError)
  expect(() => planRtpAac(0, 1088)).toThrow(RangeError)
  expect(() => planRtpAac(100, 4)).toThrow(RangeError)
})

test('packetiseRtpAac refuses a unit of another size than the planned one', () => {
  expect(() => packetiseRtpAac(new Uint8Array(7), planRtpAac(8, 100))).toThrow(
    'the plan is for an access unit of 8 bytes, got 7',
  )
})

test('packetiseRtpAac fills exactly its plan, and AacDepacketiser gives the same unit', () => {
  const units = fc.uint8Array({ minLength: 1, maxLength: 700, size: 'max' })
  fc.assert(
    fc.property(units, fc.integer({ min: 5, max: 300 }), (unit, max) => {
      const plan = planRtpAac(unit.length, max)
      const payloads = packetiseRtpAac(unit, plan)
      expect(payloads.map((payload) => payload.length)).toEqual(plan.sizesBytes)
      expect(Math.max(...plan.sizesBytes)).toBeLessThanOrEqual(max)
      const depacketiser = new AacDepacketiser(1024)
      const received = fragmentsOf(unit, max).flatMap((packet) => depacketiser.push(packet, false))
      expect(received).toEqual([{ timestampTicks: 1024, data: unit }])
    }),
    { seed: 3640 },
  )
})

test('AacDepacketiser spaces the units of one packet by their samples, across the wrap', () => {
  const depacketiser = new AacDepacketiser(1024)
  const packet = packetOf(hex('0030 0010 0010 0008 2100 2101 22'), 2 ** 32 - 1024)
  expect(depacketiser.push(packet, false)).toEqual([
    { timestampTicks: 2 ** 32 - 1024, data: hex('2100') },
    { timestampTicks: 0, data: hex('2101') },
    { timestampTicks: 1024, data: hex('22') },
  ])
})

const UNIT = Uint8Array.from({ length: 40 }, (_, index) => index)

for (const { lost, known } of [
  { lost: 0, known: 'its last packet' },
  { lost: 1, known: 'the packet after the gap' },
  { lost: 3, known: 'the next unit' },
]) {
  test(`AacDepacketiser gives nothing of a unit without fragment ${lost}, counts it once, with ${known}`, () => {
    const depacketiser = new AacDepacketiser(1024)
    const packets = [...fragmentsOf(UNIT, 14), packetOf(hex('0010 0010 2100'), 2048)]
    const counts = packets.map((packet, index) => {
      const units = index === lost ? [] : depacketiser.push(packet, index === lost + 1)
      expect(units).toEqual(index < 4 ? [] : [{ timestampTicks: 2048, data: hex('2100') }])
      return depacketiser.cutUnits
    })
    expect(counts.indexOf(1)).toBe({ 0: 3, 1: 2, 3: 4 }[lost])
    expect(counts.at(-1)).toBe(1)
  })
}

test('AacDepacketiser joins no fragments of different times, and none beyond the unit', () => {
  const depacketiser = new AacDepacketiser(1024)
  const [first, ...others] = fragmentsOf(UNIT, 14) as [RtpPacket, ...RtpPacket[]]
  const later = others.map((packet) => ({ ...packet, timestampTicks: 2048 }))
  expect([first, ...later].flatMap((packet) => depacketiser.push(packet, false))).toEqual([])
  expect(depacketiser.cutUnits).toBe(2)
  const twice = [packetOf(hex('0010 0018 2100'), 4096), packetOf(hex('0010 0018 2100'), 4096)]
  expect(twice.flatMap((packet) => depacketiser.push({ ...packet, marker: false }, false))).toEqual([])
  expect([...depacketiser.faults]).toEqual([['bad-length', 1]])
})

test('AacDepacketiser counts a unit that a flush cuts', () => {
  const depacketiser = new AacDepacketiser(1024)
  depacketiser.push(fragmentsOf(UNIT, 14)[0] as RtpPacket, false)
  depacketiser.flush()
  depacketiser.flush()
  expect(depacketiser.cutUnits).toBe(1)
})

const faulty = [
  { name: 'units that outlast the packet', wire: '0020 0010 0018 2100 2100', code: 'bad-length' },
  { name: 'an empty unit', wire: '0010 0000', code: 'bad-length' },
  { name: 'a fragment of no bytes', wire: '0010 0018', code: 'too-short' },
  { name: 'three bytes', wire: '0010 00', code: 'too-short' },
]
for (const { name, wire, code } of faulty) {
  test(`AacDepacketiser counts ${name} as ${code} and gives nothing`, () => {
    const depacketiser = new AacDepacketiser(1024)
    expect(depacketiser.push(packetOf(hex(wire), 0), false)).toEqual([])
    expect([...depacketiser.faults]).toEqual([[code, 1]])
  })
}

test('AacDepacketiser takes any payloads with any gaps, and gives no more bytes than came', () => {
  const payloads = fc
    .tuple(fc.constantFrom(0x10, 0x20), fc.array(fc.constantFrom(0, 8, 16, 24, 40)))
    .map(([headerBits, rest]) => Uint8Array.of(0, headerBits, ...rest))
  const packets = fc.record({
    payload: fc.oneof(payloads, fc.uint8Array()),
    marker: fc.boolean(),
    timestampTicks: fc.nat(1),
    lostBefore: fc.boolean(),
  })
  let given = 0
  fc.assert(
    fc.property(fc.array(packets), (pushed) => {
      const depacketiser = new AacDepacketiser(1024)
      const units = pushed.flatMap(({ lostBefore, ...fields }) =>
        depacketiser.push({ ...packetOf(fields.payload, 0), ...fields }, lostBefore),
      )
      const cameBytes = pushed.reduce((sum, { payload }) => sum + payload.length, 0)
      expect(units.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(cameBytes)
      given += units.length
    }),
    { seed: 3641, numRuns: 500 },
  )
  expect(given).toBe(62)
})

function packetOf(payload: Uint8Array, timestampTicks: number): RtpPacket {
  return { marker: true, payloadType: 97, sequenceNumber: 0, timestampTicks, ssrc: 2, payload }
}

function fragmentsOf(unit: Uint8Array, maxPayloadBytes: number): RtpPacket[] {
  const payloads = packetiseRtpAac(unit, planRtpAac(unit.length, maxPayloadBytes))
  return payloads.map((payload, index) => ({ ...packetOf(payload, 1024), marker: index === payloads.length - 1 }))
}
