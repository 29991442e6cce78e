import { expect, test } from 'vitest'
import type { TsSegment, VideoAccessUnit } from '../protocol/mpeg-ts-demuxer.ts'
import { frameTicks, segmentProblem } from './segment-check.ts'

const ntsc = { numerator: 30_000, denominator: 1001 }
const sps = Uint8Array.of(0x67)
const pps = Uint8Array.of(0x68)
const idr = Uint8Array.of(0x65)
const slice = Uint8Array.of(0x41)
const place = { originTicks: 129_003, firstFrame: 120, frameRate: ntsc }
const begin = 129_003 + 120 * 3003

function unit(ptsTicks: number, ...nals: Uint8Array[]): VideoAccessUnit {
  return { ptsTicks, dtsTicks: ptsTicks, nals, atByte: 0 }
}

function segment(...video: VideoAccessUnit[]): TsSegment {
  return { video, audio: [], pcrs: [], faults: [] }
}

const first = unit(begin, sps, pps, idr)

test('segmentProblem finds none in an IDR and reordered pictures on the grid', () => {
  expect(segmentProblem(segment(first, unit(begin + 6006, slice), unit(begin + 3003, slice)), place)).toBeUndefined()
})

test('segmentProblem reads times that wrap at 33 bits', () => {
  const late = { ...place, originTicks: 2 ** 33 - 120 * 3003 - 3003 }
  expect(segmentProblem(segment(unit(2 ** 33 - 3003, sps, pps, idr), unit(0, slice)), late)).toBeUndefined()
})

for (const { name, ts, problem } of [
  {
    name: 'bytes that cannot be read',
    ts: { ...segment(first), faults: [{ code: 'unsupported', what: 'x' } as const] },
    problem: /^its bytes/,
  },
  { name: 'no picture', ts: segment(), problem: /no picture/ },
  { name: 'a first picture that is no IDR', ts: segment(unit(begin, sps, pps, slice)), problem: /no IDR/ },
  { name: 'an IDR without parameter sets', ts: segment(unit(begin, sps, idr)), problem: /parameter sets/ },
  { name: 'a cut at another picture', ts: segment(unit(begin + 3003, sps, pps, idr)), problem: /^it begins at/ },
  { name: 'a picture left out', ts: segment(first, unit(begin + 6006, slice)), problem: /^its picture 1 of 2/ },
]) {
  test(`segmentProblem finds ${name}`, () => expect(segmentProblem(ts, place)).toMatch(problem))
}

test('frameTicks does not drift at 23.976 frames a second', () => {
  expect(frameTicks(86_400, { numerator: 24_000, denominator: 1001 })).toBe(3_603.6 * 90_000)
})
