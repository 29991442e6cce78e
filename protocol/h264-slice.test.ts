import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { readSliceHeader } from './h264-slice.ts'
import { readSps, type SpsFacts } from './h264-sps.ts'
import { hex } from './test-support/transport-packets.ts'

function spsOf(wire: string): SpsFacts {
  const sps = readSps(hex(wire))
  if (!sps.ok) throw new Error('no SPS')
  return sps.value
}

const progressive = spsOf('67640028acd940780227e5c044000003000400000300c83c60c658')
const interlaced = spsOf('6764001eacd940b424d8088000000300800000190f8a14cb')

for (const [name, sps, wire, header] of [
  ['an IDR', progressive, '658884002bfffef6', { sliceType: 'I', frameNum: 0, idrPicId: 0 }],
  ['the next IDR', progressive, '658882000cfffef6', { sliceType: 'I', frameNum: 0, idrPicId: 1 }],
  ['a P slice', progressive, '419a236c42bffe38', { sliceType: 'P', frameNum: 1 }],
  ['a B slice that nothing refers to', progressive, '019e626a42bf0000', { sliceType: 'B', frameNum: 3 }],
  [
    'a frame that could have been two fields',
    interlaced,
    '6588820b033ff6f6',
    { sliceType: 'I', frameNum: 0, idrPicId: 0 },
  ],
  ['the next of these', interlaced, '65888102c0cff6f6', { sliceType: 'I', frameNum: 0, idrPicId: 1 }],
] as const) {
  test(`readSliceHeader reads ${name}`, () => {
    expect(readSliceHeader(hex(wire), sps)).toEqual({ ok: true, value: { firstMacroblock: 0, ...header } })
  })
}

test('readSliceHeader reads the bottom field and the colour plane before idr_pic_id', () => {
  // first_mb 0 "1", type 7 "0001000", pps 0 "1", plane "10", frame_num "0101", field "11", idr_pic_id 2 "011"
  const sps = { ...interlaced, separateColourPlanes: true }
  const value = { firstMacroblock: 0, sliceType: 'I', frameNum: 5, idrPicId: 2 }
  expect(readSliceHeader(hex('65 88 cb b0'), sps)).toEqual({ ok: true, value })
})

for (const [name, wire, fault] of [
  ['a parameter set', '68ce3880', { code: 'unsupported', what: 'a NAL unit of type 8 as a slice' }],
  ['slice type 10', '658b84', { code: 'unsupported', what: 'a slice of type 10' }],
  ['a slice cut in its header', '6588', { code: 'too-short', neededBytes: 3, gotBytes: 2 }],
] as const) {
  test(`readSliceHeader refuses ${name}`, () => {
    expect(readSliceHeader(hex(wire), progressive)).toEqual({ ok: false, fault })
  })
}

test('readSliceHeader answers any bytes with a value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(progressive, interlaced), (bytes, sps) => {
      const header = readSliceHeader(bytes, sps)
      return !header.ok || header.value.frameNum < 2 ** sps.log2MaxFrameNum
    }),
    { seed: 7, numRuns: fuzzRuns(2000) },
  )
})
