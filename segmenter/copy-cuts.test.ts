import { expect, test } from 'vitest'
import { cutsAtKeyframes, peakBitsPerSecond, spacingProblem, type Grid } from './copy-cuts.ts'
import type { SourcePictures } from './source-pictures.ts'

const frameRate = { numerator: 30, denominator: 1 }

/** Pictures of 1,000 bytes at these frames, the keyframes among them at those, from 1.5 s on. */
function pictures(frames: readonly number[], keyframes: readonly number[]): SourcePictures {
  return {
    ptsSeconds: Float64Array.from(frames, (frame) => 1.5 + frame / 30),
    sizesBytes: new Uint32Array(frames.length).fill(1000),
    isKeyframe: Uint8Array.from(frames, (frame) => Number(keyframes.includes(frame))),
  }
}

const upTo = (count: number): number[] => [...Array(count).keys()]
const gridOf = (frames: number): Grid => ({ beginSeconds: 1.5, durationSeconds: frames / 30, frameRate })

test('spacingProblem takes pictures in any order of decoding', () =>
  expect(spacingProblem(pictures([0, 3, 1, 2, 4], [0]), gridOf(5))).toBeUndefined())

test('spacingProblem finds two pictures of one time', () =>
  expect(spacingProblem(pictures([0, 1, 1, 3], [0]), gridOf(4))).toBe('its pictures are not evenly spaced'))

test('cutsAtKeyframes takes the first keyframe at or after every 4 s', () => {
  expect(cutsAtKeyframes(pictures(upTo(360), [0, 60, 119, 150, 239, 240, 300]), gridOf(360))).toEqual({
    cutSeconds: [0, 5, 8],
    cutPictures: [0, 150, 240],
    cutKeyframes: [0, 3, 5],
  })
})

for (const [reason, count, keyframes] of [
  ['it has no keyframe', 30, []],
  ['it does not begin with a keyframe', 30, [1]],
  ['its keyframes are too far apart: 6.1 s', 240, [0, 182]],
  ['its keyframes are too far apart: 7.0 s', 240, [0, 30]], // up to the end
  ['its keyframes lie so that a segment would last 9.0 s', 390, [0, 115, 270]],
] as const) {
  test(`cutsAtKeyframes refuses: ${reason}`, () =>
    expect(cutsAtKeyframes(pictures(upTo(count), keyframes), gridOf(count))).toBe(reason))
}

test('cutsAtKeyframes refuses keyframes that are decoded in another order than they are shown', () =>
  expect(cutsAtKeyframes(pictures([0, 1, 3, 2], [0, 3, 2]), gridOf(4))).toMatch(/another order/))

test('peakBitsPerSecond counts what the muxer adds', () => {
  const source = pictures(upTo(240), [0, 120])
  const cuts = cutsAtKeyframes(source, gridOf(240))
  if (typeof cuts === 'string') throw new Error(cuts)
  const added = { eachPicture: 6, eachKeyframe: 40 }
  expect(peakBitsPerSecond(source, cuts, gridOf(240), added)).toBe(((120 * 1006 + 40) * 8) / 4)
})
