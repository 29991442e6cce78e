import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { BitWriter } from './bit-writer.ts'
import { h264CodecString, readSps, type SpsFacts } from './h264-sps.ts'
import { withEmulationPrevention } from './test-support/emulation-prevention.ts'
import { hex } from './test-support/transport-packets.ts'

const usual = { chromaFormatIdc: 1, lumaBits: 8, separateColourPlanes: false, log2MaxFrameNum: 4, frameMbsOnly: true }
const written: { name: string; wire: string; facts: SpsFacts; codec: string }[] = [
  {
    name: 'Baseline 1080p at 30000/1001, cropped from 1088 lines',
    wire: '6742c028da01e0089f97011000003e90000ea600f1832a',
    facts: {
      ...usual,
      profileIdc: 66,
      constraintFlags: 0xc0,
      levelIdc: 40,
      pictureOrderCountType: 2,
      widthPixels: 1920,
      heightPixels: 1080,
      framesPerSecond: 30_000 / 1001,
      reorderFrames: 0,
    },
    codec: 'avc1.42c028',
  },
  {
    name: 'High 1080p with emulation prevention in its timing',
    wire: '67640028acd940780227e5c044000003000400000300c83c60c658',
    facts: {
      ...usual,
      profileIdc: 100,
      constraintFlags: 0,
      levelIdc: 40,
      pictureOrderCountType: 0,
      widthPixels: 1920,
      heightPixels: 1080,
      framesPerSecond: 25,
      reorderFrames: 2,
    },
    codec: 'avc1.640028',
  },
  {
    name: 'interlaced 576i',
    wire: '6764001eacd940b424d8088000000300800000190f8a14cb',
    facts: {
      ...usual,
      profileIdc: 100,
      constraintFlags: 0,
      levelIdc: 30,
      pictureOrderCountType: 0,
      frameMbsOnly: false,
      widthPixels: 720,
      heightPixels: 576,
      framesPerSecond: 25,
      reorderFrames: 2,
    },
    codec: 'avc1.64001e',
  },
  {
    name: '4:4:4, whose cropping counts single pixels',
    wire: '67f4000a919b28e4f1f1f808800000030080000019078912cb',
    facts: {
      ...usual,
      profileIdc: 244,
      constraintFlags: 0,
      levelIdc: 10,
      chromaFormatIdc: 3,
      pictureOrderCountType: 0,
      widthPixels: 98,
      heightPixels: 50,
      framesPerSecond: 25,
      reorderFrames: 2,
    },
    codec: 'avc1.f4000a',
  },
  {
    name: '4:2:2 in 10 bits',
    wire: '677a000ab6cd94727888fc0440000003004000000c83c4896580',
    facts: {
      ...usual,
      profileIdc: 122,
      constraintFlags: 0,
      levelIdc: 10,
      chromaFormatIdc: 2,
      lumaBits: 10,
      pictureOrderCountType: 0,
      widthPixels: 98,
      heightPixels: 50,
      framesPerSecond: 25,
      reorderFrames: 2,
    },
    codec: 'avc1.7a000a',
  },
]

for (const { name, wire, facts, codec } of written) {
  test(`readSps reads ${name}`, () => expect(readSps(hex(wire))).toEqual({ ok: true, value: facts }))
  test(`h264CodecString tells ${codec} for ${name}`, () => expect(h264CodecString(facts)).toBe(codec))
}

test('h264CodecString writes two digits for a small level', () => {
  expect(h264CodecString({ profileIdc: 66, constraintFlags: 0, levelIdc: 9 })).toBe('avc1.420009')
})

/** Fields of an SPS: [value, bits] or an Exp-Golomb code alone. No emulation prevention. */
function sps(...fields: (readonly [value: number, bits: number] | number)[]): Uint8Array {
  const writer = new BitWriter()
  writer.bits(0x67, 8)
  for (const field of fields) {
    if (typeof field !== 'number') writer.bits(...field)
    else writer.bits(field + 1, 2 * Math.floor(Math.log2(field + 1)) + 1)
  }
  writer.bits(1, 1) // rbsp_stop_one_bit
  return writer.bytes()
}

const high = [[100, 8], [0xff, 8], [31, 8], 0] as const
const size64x32 = [3, [0, 1], 3, 1, [1, 1], [1, 1], [0, 1], [0, 1]] as const // references, gaps, 4 x 2 macroblocks, no VUI

test('readSps passes over scaling lists: ended early, full, and ended by a scale of 256', () => {
  const endedEarly = [[1, 1], 2 * 8] as const // delta -8: next scale 0, the rest is the default
  const full = [[1, 1], ...Array.from({ length: 16 }, () => 1)] as const // sixteen deltas of 1
  const wrapped = [[1, 1], 2 * 127 - 1, 2 * 121 - 1] as const // 8 + 127 + 121 is 0 modulo 256
  const lists = [...endedEarly, ...full, ...wrapped, [0, 5]] as const
  const nal = sps(...high, 1, 0, 0, [0, 1], [1, 1], ...lists, 0, 0, 0, ...size64x32)
  expect(readSps(nal)).toMatchObject({ ok: true, value: { log2MaxFrameNum: 4, widthPixels: 64, heightPixels: 32 } })
})

test('readSps passes over the offsets of picture order count type 1', () => {
  const order = [1, [1, 1], 4, 3, 2, 9, 8] as const // type, always zero, two offsets, a cycle of two
  const nal = sps([66, 8], [0xff, 8], [31, 8], 0, 12, ...order, ...size64x32)
  expect(readSps(nal)).toMatchObject({
    ok: true,
    value: { log2MaxFrameNum: 16, pictureOrderCountType: 1, widthPixels: 64, heightPixels: 32 },
  })
})

test('readSps does not count through a cycle of picture orders that the bytes cannot hold', () => {
  const nal = sps([66, 8], [0xff, 8], [31, 8], 0, 0, 1, [1, 1], 0, 0, 2 ** 31)
  expect(readSps(nal)).toMatchObject({ ok: false, fault: { code: 'too-short' } })
})

const untilSize = [[66, 8], [0xff, 8], [31, 8], 0, 0, 2, 1, [0, 1]] as const
const progressive16x16 = [0, 0, [1, 1], [1, 1], [0, 1]] as const // and no cropping

test('readSps passes over all that a VUI tells before its timing', () => {
  const aspectRatio = [
    [1, 1],
    [255, 8],
    [0x80018001, 32],
  ] as const
  const overscan = [
    [1, 1],
    [1, 1],
  ] as const
  const videoSignal = [
    [1, 1],
    [5, 3],
    [1, 1],
    [1, 1],
    [0x010101, 24],
  ] as const
  const chromaPlace = [[1, 1], 2, 3] as const
  const timing = [
    [1, 1],
    [1001, 32],
    [120_000, 32],
  ] as const
  const vui = [[1, 1], ...aspectRatio, ...overscan, ...videoSignal, ...chromaPlace, ...timing] as const
  const facts = readSps(withEmulationPrevention(sps(...untilSize, ...progressive16x16, ...vui)))
  expect(facts).toMatchObject({ ok: true, value: { framesPerSecond: 60_000 / 1001 } })
})

test('readSps tells no frame rate for a timing of zero', () => {
  const vui = [
    [1, 1],
    [0, 4],
    [1, 1],
    [0, 32],
    [25, 32],
    [0, 5], // no fixed rate, no buffers, no picture structure, no restriction
  ] as const
  const facts = readSps(withEmulationPrevention(sps(...untilSize, ...progressive16x16, ...vui)))
  expect(facts.ok && Object.keys(facts.value)).not.toContain('framesPerSecond')
  expect(facts.ok).toBe(true)
})

test('readSps passes over two models of the buffer to how far frames are reordered', () => {
  const buffers = [[1, 1], 1, [0x11, 8], 5, 6, [0, 1], 7, 8, [1, 1], [0xfffff, 20]] as const // two of them
  const restriction = [[0, 1], [0, 1], [1, 1], [1, 1], 2, 1, 16, 16, 3, 4] as const // low delay, picture structure first
  const vui = [[1, 1], [0, 4], [0, 1], ...buffers, ...buffers, ...restriction] as const
  const facts = readSps(withEmulationPrevention(sps(...untilSize, ...progressive16x16, ...vui)))
  expect(facts).toMatchObject({ value: { reorderFrames: 3 } })
})

test('readSps crops 1080i by two units of four lines', () => {
  const interlaced1080 = [119, 33, [0, 1], [1, 1], [1, 1], [1, 1], 0, 0, 0, 2, [0, 1]] as const
  const facts = readSps(withEmulationPrevention(sps(...untilSize, ...interlaced1080)))
  expect(facts).toMatchObject({ ok: true, value: { widthPixels: 1920, heightPixels: 1080, frameMbsOnly: false } })
})

test('readSps crops separate colour planes by single pixels', () => {
  const planes = [[244, 8], [0xff, 8], [31, 8], 0, 3, [1, 1], 0, 0, [0, 2], 0, 2, 1, [0, 1]] as const
  const facts = readSps(sps(...planes, 0, 0, [1, 1], [1, 1], [1, 1], 0, 1, 0, 1, [0, 1]))
  expect(facts).toMatchObject({ ok: true, value: { widthPixels: 15, heightPixels: 15, separateColourPlanes: true } })
})

const baseline = [[66, 8], [0xff, 8], [31, 8], 0] as const
for (const [name, nal, fault] of [
  ['another NAL unit', hex('68ce3880'), { code: 'unsupported', what: 'a NAL unit of type 8 as an SPS' }],
  ['an end before the level', hex('6742'), { code: 'too-short' }],
  ['an end inside the VUI', hex(written[0]!.wire).subarray(0, 14), { code: 'too-short', gotBytes: 14 }],
  [
    '17 bits of frame_num',
    sps(...baseline, 13, 2, ...size64x32),
    { code: 'unsupported', what: 'an SPS with 17 bits of frame_num' },
  ],
  [
    'order type 3',
    sps(...baseline, 0, 3, ...size64x32),
    { code: 'unsupported', what: 'an SPS with pic_order_cnt_type 3' },
  ],
  [
    'more macroblocks than level 6.2 has',
    sps(...baseline, 0, 2, 1, [0, 1], 139_264, 0, [1, 1], [1, 1], [0, 1], [0, 1]),
    { code: 'unsupported', what: 'an SPS of 2228240x16 pixels' },
  ],
  [
    'cropping of all lines',
    sps(...baseline, 0, 2, 1, [0, 1], 0, 0, [1, 1], [1, 1], [1, 1], 0, 0, 8, 0, [0, 1]),
    { code: 'unsupported', what: 'an SPS of 16x0 pixels' },
  ],
  [
    'cropping of all columns',
    sps(...baseline, 0, 2, 1, [0, 1], 0, 0, [1, 1], [1, 1], [1, 1], 8, 0, 0, 0, [0, 1]),
    { code: 'unsupported', what: 'an SPS of 0x16 pixels' },
  ],
] as const) {
  test(`readSps refuses ${name}`, () => expect(readSps(nal)).toMatchObject({ ok: false, fault }))
}

test('readSps answers any bytes with a value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => {
      const result = readSps(Uint8Array.of(0x67, ...tail))
      if (result.ok) expect(result.value.widthPixels * result.value.heightPixels).toBeLessThanOrEqual(139_264 * 256)
    }),
    { seed: 7, numRuns: fuzzRuns(2000) },
  )
})
