import { expect, test } from 'vitest'
import { cutsAmong, longestGapSeconds, planCuts, planCutsAt } from './cut-list.ts'

const at30 = { numerator: 30, denominator: 1 }
const ntsc = { numerator: 30_000, denominator: 1001 }

test('planCuts has keyframes every 2 s and cuts every 4 s at 30 frames a second', () => {
  expect(planCuts(10, at30)).toEqual({
    keyframeSeconds: [0, 2, 4, 6, 8],
    cutSeconds: [0, 4, 8],
    targetDurationSeconds: 4,
  })
})

test('planCuts puts keyframes on the frame grid of 29.97 frames a second', () => {
  const { keyframeSeconds, cutSeconds } = planCuts(70, ntsc)
  expect(
    keyframeSeconds.every(
      (seconds) => Math.abs((seconds * 30_000) / 1001 - Math.round((seconds * 30_000) / 1001)) < 1e-6,
    ),
  ).toBe(true)
  expect(cutSeconds[1]).toBe((120 * 1001) / 30_000) // 4.004: the first frame that is not before 4 s
  expect(cutSeconds[15]).toBe((1799 * 1001) / 30_000) // 60.027: frame 1798 would be at 59.993
})

test('planCuts takes frame 25 at 2 s of 12.5 frames a second', () => {
  expect(planCuts(5, { numerator: 25, denominator: 2 }).keyframeSeconds).toEqual([0, 2, 4])
})

test('planCuts makes every picture of a slide show a keyframe and the target duration longer', () => {
  expect(planCuts(30, { numerator: 1, denominator: 10 })).toEqual({
    keyframeSeconds: [0, 10, 20],
    cutSeconds: [0, 10, 20],
    targetDurationSeconds: 10,
  })
})

test('planCuts has no keyframe where the video has ended', () => {
  expect(planCuts(4, at30).keyframeSeconds).toEqual([0, 2])
  expect(planCuts(0.02, at30)).toEqual({ keyframeSeconds: [0], cutSeconds: [0], targetDurationSeconds: 4 })
})

test('planCutsAt has keyframes between the cuts, and none where the muxer would cut', () => {
  const cuts = planCutsAt([0, 5, 8, 15], 18, { numerator: 30, denominator: 1 })
  // From 5 s on the next cut is at or after 8 s, from 8 s on at or after 12 s.
  expect(cuts.keyframeSeconds).toEqual([0, 2, 5, 7, 8, 10, 15])
  expect(cutsAmong(cuts.keyframeSeconds)).toEqual(cuts.cutSeconds)
  expect(cuts.targetDurationSeconds).toBe(7)
  expect(longestGapSeconds(cuts, 12)).toBe(5)
})
