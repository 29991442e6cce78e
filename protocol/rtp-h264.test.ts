import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSlice } from './h264.ts'
import { H264Depacketiser, packetiseRtpH264, planRtpH264 } from './rtp-h264.ts'
import type { ReassembledUnit } from './rtp-nal-unit.ts'
import { numbered, reassembled, sizesOf, sum, texts } from './test-support/nal-packets.ts'
import type { RtpPacket } from './rtp.ts'
import { hex } from './test-support/transport-packets.ts'

const plans = [
  { name: 'a unit that just fits goes alone', sizes: [100], max: 100, expected: ['single 100'] },
  { name: 'one byte more makes two equal fragments', sizes: [101], max: 100, expected: ['fragment 52', 'fragment 52'] },
  { name: 'sizes of fragments differ by a byte', sizes: [102], max: 100, expected: ['fragment 52', 'fragment 53'] },
  {
    name: 'parameter sets and SEI share a STAP-A, the IDR slice is cut',
    sizes: [25, 6, 40, 300],
    max: 120,
    expected: ['aggregate 78', 'fragment 101', 'fragment 102', 'fragment 102'],
  },
  {
    name: 'small slices share, as long as they fit',
    sizes: [40, 40, 40],
    max: 90,
    expected: ['aggregate 85', 'single 40'],
  },
  { name: 'a STAP-A may be exactly full', sizes: [40, 40], max: 85, expected: ['aggregate 85'] },
  {
    name: 'a large slice between small ones keeps the order',
    sizes: [9, 200, 9, 9],
    max: 110,
    expected: ['single 9', 'fragment 101', 'fragment 102', 'aggregate 23'],
  },
  { name: 'an access unit without units needs no packet', sizes: [], max: 100, expected: [] },
]
for (const { name, sizes, max, expected } of plans) {
  test(`planRtpH264: ${name}`, () => {
    expect(planRtpH264(sizes, max).parts.map((part) => `${part.kind} ${part.sizeBytes}`)).toEqual(expected)
  })
}

test('planRtpH264 refuses what can not be sent', () => {
  expect(() => planRtpH264([10, 0], 100)).toThrow(new RangeError('NAL unit 1 has 0 bytes'))
  expect(() => planRtpH264([10], 2)).toThrow(new RangeError('a payload of 2 bytes holds no fragment'))
})

test('packetiseRtpH264 refuses units of other sizes than the planned ones', () => {
  const message = 'the plan is for NAL units of 3 4 bytes, got 3 5'
  expect(() => packetiseRtpH264([new Uint8Array(3), new Uint8Array(5)], planRtpH264([3, 4], 100))).toThrow(message)
})

const SLICES = [0x65, 0x41, 0x01]
const nalUnits = nalUnitsOf(0x67, 0x68, 0x06, ...SLICES)
const pictures = fc
  .tuple(fc.array(nalUnits, { maxLength: 2 }), nalUnitsOf(...SLICES))
  .map(([nals, last]) => asPicture([...nals, last]))

test('packetiseRtpH264 fills exactly its plan, and H264Depacketiser gives the same units', () => {
  const accessUnits = fc.array(nalUnits, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(accessUnits, fc.integer({ min: 3, max: 300 }), (nals, max) => {
      const plan = planRtpH264(sizesOf(nals), max)
      const payloads = packetiseRtpH264(nals, plan)
      expect(sizesOf(payloads)).toEqual(plan.parts.map((part) => part.sizeBytes))
      expect(Math.max(...sizesOf(payloads))).toBeLessThanOrEqual(max)
      expect(depacketise(numbered(payloads))).toMatchObject([{ nals, cutNals: [], complete: true, lostPackets: 0 }])
    }),
    { seed: 6184, endOnFailure: true }, // shrinking so many bytes takes minutes
  )
})

test('H264Depacketiser tells every lost packet, gives no cut unit, and says complete only with every slice', () => {
  const verdicts = { complete: 0, incomplete: 0 }
  fc.assert(
    fc.property(
      fc.array(pictures, { minLength: 2, maxLength: 8 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 60 })),
      (sent, lost) => {
        const payloads = sent.map((nals) => packetiseRtpH264(nals, planRtpH264(sizesOf(nals), 60)))
        const packets = numbered(...payloads, [WHOLE_P])
        const arrived = packets.filter((_, index) => !lost.includes(index) || index === packets.length - 1)
        const units = depacketise(arrived)
        expect(sum(units.map((unit) => unit.lostPackets))).toBe(packets.length - arrived.length)
        for (const unit of units) {
          verdicts[unit.complete ? 'complete' : 'incomplete'] += 1
          const nals = sent[unit.timestampTicks / 3000] ?? [WHOLE_P]
          expect(texts(nals)).toEqual(expect.arrayContaining(texts(unit.nals)))
          if (unit.complete) expect(texts(unit.nals.filter(isSlice))).toEqual(texts(nals.filter(isSlice)))
          if (countOf(arrived, unit) < countOf(packets, unit)) continue
          expect([unit.complete, ...texts(unit.nals)]).toEqual([true, ...texts(nals)])
        }
      },
    ),
    { seed: 6185, numRuns: 200, endOnFailure: true },
  )
  expect(verdicts).toEqual({ complete: 837, incomplete: 332 })
})

const IDR_HEADER = hex('65')
const SPS = hex('6742c01e')
const SEI = hex('06 0401')
const IDR_START = hex('7c85 88aa')
const IDR_MIDDLE = hex('7c05 bb')
const IDR_END = hex('7c45 cc')
const IDR = hex('65 88aa bb cc')
const WHOLE_P = hex('41 9a02') // first_mb_in_slice 0
const SECOND_SLICE = hex('41 1a02')
const DISPOSABLE = hex('01 9e02')

const losses: { name: string; units: Uint8Array[][]; lost: number[]; expected: Partial<ReassembledUnit>[] }[] = [
  {
    name: 'the middle of a slice: the slice is cut, once, whatever of it still comes',
    units: [[SPS, IDR_START, IDR_MIDDLE, IDR_MIDDLE, IDR_END], [WHOLE_P]],
    lost: [2],
    expected: [
      {
        nals: [SPS],
        cutNals: [IDR_HEADER],
        lostPackets: 1,
        holes: ['inside'],
        lastSequenceNumber: 4,
      },
      { nals: [WHOLE_P], cutNals: [], lostPackets: 0, holes: [], complete: true },
    ],
  },
  {
    name: 'the start of a slice',
    units: [[IDR_START, IDR_MIDDLE, IDR_END]],
    lost: [0],
    expected: [{ nals: [], cutNals: [IDR_HEADER], lostPackets: 1, holes: ['head'] }],
  },
  {
    name: 'the marker: the unit ends where the timestamp changes, its loss is counted by the next',
    units: [[IDR_START, IDR_MIDDLE, IDR_END], [WHOLE_P]],
    lost: [2],
    expected: [
      { nals: [], cutNals: [IDR_HEADER], lostPackets: 0, holes: ['tail'], complete: false },
      { nals: [WHOLE_P], lostPackets: 1, complete: true },
    ],
  },
  {
    name: 'a whole picture: its neighbours stay complete, for a slice with macroblock 0 begins the next',
    units: [[WHOLE_P], [DISPOSABLE], [WHOLE_P]],
    lost: [1],
    expected: [
      { complete: true, lostPackets: 0 },
      { complete: true, lostPackets: 1, firstSequenceNumber: 2 },
    ],
  },
  {
    name: 'the first of two slices',
    units: [[WHOLE_P, SECOND_SLICE]],
    lost: [0],
    expected: [{ nals: [SECOND_SLICE], cutNals: [], holes: ['head'], complete: false }],
  },
  {
    name: 'a slice between two others',
    units: [[WHOLE_P, SECOND_SLICE, SECOND_SLICE]],
    lost: [1],
    expected: [{ nals: [WHOLE_P, SECOND_SLICE], holes: ['inside'], lostPackets: 1 }],
  },
  {
    name: 'parameter sets alone: every slice is there',
    units: [[SPS, IDR_START, IDR_MIDDLE, IDR_END]],
    lost: [0],
    expected: [{ nals: [IDR], holes: [], complete: true, lostPackets: 1 }],
  },
  {
    name: 'the start of a slice behind parameter sets that came',
    units: [[SPS, IDR_START, IDR_END]],
    lost: [1],
    expected: [{ nals: [SPS], cutNals: [IDR_HEADER], holes: ['inside'] }],
  },
  {
    name: 'parameter sets in front of others: every slice is there',
    units: [[SPS, SPS, WHOLE_P]],
    lost: [1],
    expected: [{ nals: [SPS, WHOLE_P], holes: [], complete: true, lostPackets: 1 }],
  },
  {
    name: 'the only slice, between SPS and SEI',
    units: [[SPS, WHOLE_P, SEI]],
    lost: [1],
    expected: [{ nals: [SPS, SEI], holes: ['inside'], complete: false }],
  },
  {
    name: 'all slices but not the parameter sets',
    units: [[SPS, WHOLE_P], [WHOLE_P]],
    lost: [1],
    expected: [
      { nals: [SPS], holes: ['tail'] },
      { nals: [WHOLE_P], complete: true },
    ],
  },
]
for (const { name, units, lost, expected } of losses) {
  test(`H264Depacketiser, lost is ${name}`, () => {
    const arrived = numbered(...units).filter((_, index) => !lost.includes(index))
    expect(depacketise(arrived, 0)).toMatchObject(expected)
  })
}

test('H264Depacketiser ends units at a new timestamp when the sender sets no markers', () => {
  const packets = numbered([SPS, WHOLE_P], [DISPOSABLE]).map((packet) => ({ ...packet, marker: false }))
  expect(depacketise(packets)).toMatchObject([
    { nals: [SPS, WHOLE_P], complete: true },
    { nals: [DISPOSABLE], holes: ['tail'] }, // flushed: nobody knows whether there was more
  ])
})

test('H264Depacketiser counts lost packets across the wrap of the sequence number', () => {
  const packets = numbered([WHOLE_P], [WHOLE_P]).map((packet, index) => ({
    ...packet,
    sequenceNumber: (65_534 + 5 * index) & 0xffff,
  }))
  expect(depacketise(packets).map((unit) => unit.lostPackets)).toEqual([0, 4])
})

test('H264Depacketiser counts a malformed packet as a fault and as a hole, and cuts what it interrupts', () => {
  const depacketiser = new H264Depacketiser()
  const units = numbered([IDR_START, hex('78 0001'), IDR_END]).flatMap((packet) => depacketiser.push(packet, false))
  expect(units).toMatchObject([{ nals: [], cutNals: [IDR_HEADER], lostPackets: 0, complete: false }])
  expect([...depacketiser.faults]).toEqual([['bad-length', 1]])
})

test('H264Depacketiser cuts a slice whose end never came before another unit', () => {
  const units = depacketise(numbered([IDR_START, IDR_START, IDR_END, WHOLE_P], [IDR_START, WHOLE_P, IDR_END]))
  expect(units).toMatchObject([
    { nals: [hex('65 88aa cc'), WHOLE_P], cutNals: [IDR_HEADER], holes: ['inside'] },
    { nals: [WHOLE_P], cutNals: [IDR_HEADER, IDR_HEADER], holes: ['inside'] },
  ])
})

test('H264Depacketiser joins a stream in the middle of a slice: that unit lacks its head, no loss was told', () => {
  expect(depacketise(numbered([IDR_MIDDLE, IDR_END], [WHOLE_P]))).toMatchObject([
    { nals: [], cutNals: [IDR_HEADER], lostPackets: 0, holes: ['head'] },
    { nals: [WHOLE_P], complete: true },
  ])
})

test('H264Depacketiser drops and counts a unit above its limit, and goes on with the next', () => {
  const depacketiser = new H264Depacketiser(5000)
  const large = Array.from({ length: 60 }, () => WHOLE_P) // 60 views cost more than their 180 bytes
  const units = numbered(large, [WHOLE_P]).flatMap((packet) => depacketiser.push(packet, false))
  expect(units).toMatchObject([
    { nals: [], complete: false },
    { nals: [WHOLE_P], complete: true },
  ])
  expect(depacketiser.droppedUnits).toBe(1)
})

test('H264Depacketiser takes any payloads with any gaps, and gives no more bytes than came', () => {
  const payloads = fc
    .tuple(fc.constantFrom(0x78, 0x7c, 0x5c, 0x41), fc.array(fc.constantFrom(0, 1, 2, 0x41, 0x45, 0x85)))
    .map(([indicator, rest]) => Uint8Array.of(indicator, ...rest))
  const packets = fc.record({
    payload: payloads,
    marker: fc.boolean(),
    timestampTicks: fc.nat(2),
    lostBefore: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(packets), (pushed) => {
      const depacketiser = new H264Depacketiser(1000)
      const units = pushed.flatMap(({ lostBefore, ...packet }, sequenceNumber) =>
        depacketiser.push({ ...packet, sequenceNumber, payloadType: 96, ssrc: 1 }, lostBefore),
      )
      const given = [...units, ...depacketiser.flush()].flatMap((unit) => unit.nals)
      expect(sum(sizesOf(given))).toBeLessThanOrEqual(sum(sizesOf(pushed.map((packet) => packet.payload))))
    }),
    { seed: 6186, numRuns: 500 },
  )
})

function depacketise(packets: readonly RtpPacket[], firstSequenceNumber?: number): ReassembledUnit[] {
  return reassembled(new H264Depacketiser(), packets, firstSequenceNumber)
}

function nalUnitsOf(...headers: number[]): fc.Arbitrary<Uint8Array> {
  const bodies = fc.uint8Array({ minLength: 1, maxLength: 400, size: 'max' })
  return fc.tuple(fc.constantFrom(...headers), bodies).map(([header, body]) => Uint8Array.of(header, ...body))
}

/** Only the first slice of a picture has first_mb_in_slice 0, a 1 bit after the NAL header. */
function asPicture(nals: Uint8Array[]): Uint8Array[] {
  const first = nals.find(isSlice)
  return nals.map((nal) => {
    const [header = 0, field = 0, ...rest] = nal
    if (!isSlice(nal)) return nal
    return Uint8Array.of(header, nal === first ? field | 0x80 : field & 0x7f, ...rest)
  })
}

function countOf(packets: readonly RtpPacket[], { timestampTicks }: ReassembledUnit): number {
  return packets.filter((packet) => packet.timestampTicks === timestampTicks).length
}
