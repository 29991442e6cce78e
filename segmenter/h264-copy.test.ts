import { expect, test } from 'vitest'
import { hex } from '../protocol/test-support/transport-packets.ts'
import { h264Copy, setsOfKeyframes, type H264Wish } from './h264-copy.ts'
import type { Keyframe } from './keyframe-survey.ts'
import type { SourcePictures } from './source-pictures.ts'

const SPS = hex('67640015acd941e08feb011000000300100000030320f162d960')
const PPS = hex('68ef8fcb')
const frameRate = { numerator: 25, denominator: 1 }
const wish: H264Wish = {
  grid: { beginSeconds: 0, durationSeconds: 5, frameRate },
  rung: { name: '270p', widthPixels: 480, heightPixels: 270, maxRateBitsPerSecond: 600_000 },
}

function pictures(sizeBytes = 1000, marked: readonly number[] = [0, 50, 100]): SourcePictures {
  return {
    ptsSeconds: Float64Array.from({ length: 125 }, (_, frame) => frame / 25),
    sizesBytes: new Uint32Array(125).fill(sizeBytes),
    isKeyframe: Uint8Array.from({ length: 125 }, (_, frame) => Number(marked.includes(frame))),
  }
}

/** The SPS with another profile, constraint flags or level. */
function changed(at: number, value: number): Uint8Array {
  return SPS.with(at, value)
}

test('h264Copy gives size, cuts and the highest rate', () => {
  const copied = h264Copy(pictures(), { sps: SPS, pps: PPS }, wish)
  const bytes = 125 * 1006 + 3 * (SPS.length + PPS.length) // all 5 s count as one run
  expect(copied).toMatchObject({
    widthPixels: 480,
    heightPixels: 270,
    cutSeconds: [0, 4],
    videoBitsPerSecond: Math.ceil((bytes * 8) / 5),
  })
})

for (const [reason, sps, source, changes] of [
  [/cannot be read/, hex('6764'), pictures(), {}],
  [/its profile \(110\)/, changed(1, 110), pictures(), {}],
  [/its level \(6\.2\)/, changed(3, 62), pictures(), {}],
  [
    /480x270, the top variant is 640x360/,
    SPS,
    pictures(),
    { rung: { ...wish.rung, widthPixels: 640, heightPixels: 360 } },
  ],
  [/not evenly spaced/, SPS, pictures(), { grid: { ...wish.grid, frameRate: { numerator: 30, denominator: 1 } } }],
  [/take 2001\d\d\d bit\/s, 3 times/, SPS, pictures(10_000), {}],
] as const) {
  test(`h264Copy refuses: ${reason.source}`, () =>
    expect(h264Copy(source, { sps, pps: PPS }, { ...wish, ...changes })).toMatch(reason))
}

const closed: Keyframe = { parameterSets: [SPS, PPS], isOpen: false }

test('setsOfKeyframes gives the sets with which all keyframes come', () =>
  expect(setsOfKeyframes(pictures(), [closed, closed, closed])).toEqual({ sps: SPS, pps: PPS }))

test('setsOfKeyframes refuses keyframes that are no IDR pictures, or come without their sets', () => {
  expect(setsOfKeyframes(pictures(), [closed, closed])).toMatch(/open/)
  expect(setsOfKeyframes(pictures(), [closed, closed, { ...closed, parameterSets: [] }])).toMatch(/change/)
})
