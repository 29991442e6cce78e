import { expect, test } from 'vitest'
import { livePace } from './live-pace.ts'

test.each([
  [0, 0.5, 1],
  [0.04, 0.5, 1],
  [-1, 0.5, 1],
  [NaN, 0.5, 1],
  [0.06, 0.5, 1.02],
  [0.3, 0.5, 1.08],
  [5, 0.5, 1.1],
  [5, 0.1, 1], // it would stall
])('livePace of a picture %d s too late, with %d s of buffer, is %d', (behind, buffer, pace) => {
  expect(livePace(behind, buffer)).toBeCloseTo(pace, 6)
})

test('livePace brings a picture from a second behind to where it should be within fifteen seconds, and no further', () => {
  let behind = 1
  for (let elapsed = 0; elapsed < 15; elapsed += 0.25) behind -= (livePace(behind, 0.4) - 1) * 0.25
  expect(behind).toBeGreaterThan(0)
  expect(behind).toBeLessThan(0.06)
})
