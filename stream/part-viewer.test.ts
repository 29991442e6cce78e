import { expect, test } from 'vitest'
import { joinDelayMs, partToJoinAt } from './part-viewer.ts'

const HOLD_BACK_SECONDS = 0.6

/** Parts of 200 ms, a keyframe at every fifth. */
const parts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    startSeconds: 4 + index * 0.2,
    durationSeconds: 0.2,
    isIndependent: index % 5 === 0,
  }))

test.each([
  [0, 0],
  [1, 0],
  [7, 0], // the keyframe of part 5 is 0.4 s behind the edge
  [8, 5], // and now 0.6
  [12, 5],
  [13, 10],
])('of %d parts a viewer who holds 0.6 s back joins at part %d', (count, joinsAt) => {
  expect(partToJoinAt(parts(count), HOLD_BACK_SECONDS)).toBe(joinsAt)
})

test('where nothing is held back far enough a viewer joins at the oldest part, whether it begins with a keyframe or not', () => {
  expect(partToJoinAt(parts(12).slice(6), 5)).toBe(0)
})

test.each([
  [1, 0, 400],
  [8, 5, 0],
  [12, 5, 0], // its time is longer ago than that
])('of %d parts the one at %d waits %d ms', (count, joinsAt, delayMs) => {
  expect(joinDelayMs(parts(count), joinsAt, HOLD_BACK_SECONDS)).toBeCloseTo(delayMs, 6)
})
