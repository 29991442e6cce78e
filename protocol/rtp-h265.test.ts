import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { isSlice } from './h265.ts'
import { H265Depacketiser, packetiseRtpH265, planRtpH265 } from './rtp-h265.ts'
import type { ReassembledUnit } from './rtp-nal-unit.ts'
import { numbered, reassembled, sizesOf, sum, texts } from './test-support/nal-packets.ts'
import { beginsKeyframe } from './rtp-video.ts'
import type { RtpPacket } from './rtp.ts'
import { hex } from './test-support/transport-packets.ts'

for (const { name, sizes, max, expected } of [
  { name: 'a unit that just fits goes alone', sizes: [100], max: 100, expected: ['single 100'] },
  { name: 'one byte more makes two fragments', sizes: [101], max: 100, expected: ['fragment 52', 'fragment 53'] },
  {
    name: 'three parameter sets share an AP',
    sizes: [24, 43, 6, 300],
    max: 120,
    expected: ['aggregate 81', 'fragment 102', 'fragment 102', 'fragment 103'],
  },
  { name: 'an AP may be exactly full', sizes: [40, 40], max: 86, expected: ['aggregate 86'] },
  { name: 'an access unit without units needs no packet', sizes: [], max: 100, expected: [] },
]) {
  test(`planRtpH265: ${name}`, () => {
    expect(planRtpH265(sizes, max).parts.map((part) => `${part.kind} ${part.sizeBytes}`)).toEqual(expected)
  })
}

test('planRtpH265 refuses what can not be sent', () => {
  expect(() => planRtpH265([10, 1], 100)).toThrow(new RangeError('NAL unit 1 has 1 bytes'))
  expect(() => planRtpH265([10], 3)).toThrow(new RangeError('a payload of 3 bytes holds no fragment'))
})

const SLICE_TYPES = [0, 1, 20]
const nalUnits = nalUnitsOf(32, 33, 34, 39, ...SLICE_TYPES)
const pictures = fc
  .tuple(fc.array(nalUnits, { maxLength: 2 }), nalUnitsOf(...SLICE_TYPES))
  .map(([nals, last]) => asPicture([...nals, last]))

test('packetiseRtpH265 fills exactly its plan, and H265Depacketiser gives the same units', () => {
  const accessUnits = fc.array(nalUnits, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(accessUnits, fc.integer({ min: 4, max: 300 }), (nals, max) => {
      const plan = planRtpH265(sizesOf(nals), max)
      const payloads = packetiseRtpH265(nals, plan)
      expect(sizesOf(payloads)).toEqual(plan.parts.map((part) => part.sizeBytes))
      expect(Math.max(...sizesOf(payloads))).toBeLessThanOrEqual(max)
      expect(depacketise(numbered(payloads))).toMatchObject([{ nals, cutNals: [], complete: true, lostPackets: 0 }])
    }),
    { seed: 7798, numRuns: fuzzRuns(100), endOnFailure: true }, // shrinking so many bytes takes minutes
  )
})

test('H265Depacketiser tells every lost packet, gives no cut unit, and says complete only with every slice', () => {
  const verdicts = { complete: 0, incomplete: 0 }
  fc.assert(
    fc.property(
      fc.array(pictures, { minLength: 2, maxLength: 8 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 60 })),
      (sent, lost) => {
        const payloads = sent.map((nals) => packetiseRtpH265(nals, planRtpH265(sizesOf(nals), 60)))
        const packets = numbered(...payloads, [WHOLE_P])
        const arrived = packets.filter((_, index) => !lost.includes(index) || index === packets.length - 1)
        const units = depacketise(arrived)
        expect(sum(units.map((unit) => unit.lostPackets))).toBe(packets.length - arrived.length)
        for (const unit of units) {
          verdicts[unit.complete ? 'complete' : 'incomplete'] += 1
          const nals = sent[unit.timestampTicks / 3000] ?? [WHOLE_P]
          expect(texts(nals)).toEqual(expect.arrayContaining(texts(unit.nals)))
          if (unit.complete) expect(texts(unit.nals.filter(isSlice))).toEqual(texts(nals.filter(isSlice)))
        }
      },
    ),
    { seed: 7799, numRuns: fuzzRuns(200), endOnFailure: true },
  )
  expect(verdicts.complete).toBeGreaterThan(300)
  expect(verdicts.incomplete).toBeGreaterThan(100)
})

const SPS = hex('4201 0101')
const IDR_START = hex('6201 94 ac21')
const IDR_MIDDLE = hex('6201 14 bb')
const IDR_END = hex('6201 54 cc')
const IDR = hex('2801 ac21 bb cc')
const WHOLE_P = hex('0201 d0')
const SECOND_SLICE = hex('0201 50')

for (const { name, units, lost, expected } of [
  {
    name: 'nothing',
    units: [[SPS, IDR_START, IDR_MIDDLE, IDR_END]],
    lost: [],
    expected: [{ nals: [SPS, IDR], complete: true }],
  },
  {
    name: 'the middle of a slice: the slice is cut, once',
    units: [[SPS, IDR_START, IDR_MIDDLE, IDR_MIDDLE, IDR_END], [WHOLE_P]],
    lost: [2],
    expected: [{ nals: [SPS], cutNals: [hex('2801')], lostPackets: 1, holes: ['inside'] }, { complete: true }],
  },
  {
    name: 'the start of a slice',
    units: [[IDR_START, IDR_MIDDLE, IDR_END]],
    lost: [0],
    expected: [{ nals: [], cutNals: [hex('2801')], lostPackets: 1, holes: ['head'] }],
  },
  {
    name: 'a whole picture: its neighbours stay complete',
    units: [[WHOLE_P], [WHOLE_P], [WHOLE_P]],
    lost: [1],
    expected: [
      { complete: true, lostPackets: 0 },
      { complete: true, lostPackets: 1 },
    ],
  },
  {
    name: 'the first of two slices',
    units: [[WHOLE_P, SECOND_SLICE]],
    lost: [0],
    expected: [{ nals: [SECOND_SLICE], holes: ['head'], complete: false }],
  },
  {
    name: 'parameter sets alone: every slice is there',
    units: [[SPS, WHOLE_P]],
    lost: [0],
    expected: [{ nals: [WHOLE_P], holes: [], complete: true, lostPackets: 1 }],
  },
]) {
  test(`H265Depacketiser, lost is ${name}`, () => {
    const arrived = numbered(...units).filter((_, index) => !(lost as readonly number[]).includes(index))
    expect(depacketise(arrived, 0)).toMatchObject(expected)
  })
}

test('H265Depacketiser takes any payloads with any gaps, and gives no more bytes than came', () => {
  const payloads = fc
    .tuple(fc.constantFrom(0x60, 0x62, 0x02, 0x28), fc.array(fc.constantFrom(0, 1, 2, 3, 0x41, 0x54, 0x94)))
    .map(([first, rest]) => Uint8Array.of(first, 1, ...rest))
  const packets = fc.record({
    payload: payloads,
    marker: fc.boolean(),
    timestampTicks: fc.nat(2),
    lostBefore: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(packets), (pushed) => {
      const depacketiser = new H265Depacketiser(1000)
      const units = pushed.flatMap(({ lostBefore, ...packet }, sequenceNumber) =>
        depacketiser.push({ ...packet, sequenceNumber, payloadType: 96, ssrc: 1 }, lostBefore),
      )
      const given = [...units, ...depacketiser.flush()].flatMap((unit) => unit.nals)
      expect(sum(sizesOf(given))).toBeLessThanOrEqual(sum(sizesOf(pushed.map((packet) => packet.payload))))
    }),
    { seed: 7800, numRuns: fuzzRuns(500) },
  )
})

test('H265Depacketiser drops and counts a unit above its limit', () => {
  const depacketiser = new H265Depacketiser(5000)
  const large = Array.from({ length: 60 }, () => WHOLE_P)
  const units = numbered(large, [WHOLE_P]).flatMap((packet) => depacketiser.push(packet, false))
  expect(units).toMatchObject([
    { nals: [], complete: false },
    { nals: [WHOLE_P], complete: true },
  ])
  expect(depacketiser.droppedUnits).toBe(1)
})

test('beginsKeyframe knows where a decoder of HEVC can begin', () => {
  const begins = [SPS, hex('4001 0c'), IDR_START, hex('2a01 ac'), hex('6001 0003 4e0105 0003 40010c')]
  expect(begins.map((payload) => beginsKeyframe(payload, 'h265'))).toEqual(begins.map(() => true))
  const others = [WHOLE_P, IDR_MIDDLE, hex('1001 e7'), hex('6001 0003 4e0105 0003 0201d0'), hex('')]
  expect(others.map((payload) => beginsKeyframe(payload, 'h265'))).toEqual(others.map(() => false))
})

function depacketise(packets: readonly RtpPacket[], firstSequenceNumber?: number): ReassembledUnit[] {
  return reassembled(new H265Depacketiser(), packets, firstSequenceNumber)
}

function nalUnitsOf(...types: number[]): fc.Arbitrary<Uint8Array> {
  const bodies = fc.uint8Array({ minLength: 1, maxLength: 400, size: 'max' })
  return fc.tuple(fc.constantFrom(...types), bodies).map(([type, body]) => Uint8Array.of(type << 1, 1, ...body))
}

/** Only the first slice of a picture begins with a 1 bit after the NAL header. */
function asPicture(nals: Uint8Array[]): Uint8Array[] {
  const first = nals.find(isSlice)
  return nals.map((nal) => {
    const [type = 0, layer = 1, field = 0, ...rest] = nal
    if (!isSlice(nal)) return nal
    return Uint8Array.of(type, layer, nal === first ? field | 0x80 : field & 0x7f, ...rest)
  })
}
