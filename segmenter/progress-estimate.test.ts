import { expect, test } from 'vitest'
import { ProgressEstimate } from './progress-estimate.ts'

test('ProgressEstimate tells the time left at a steady speed', () => {
  const estimate = new ProgressEstimate(100)
  expect(estimate.at(0, 1000)).toEqual({ ratio: 0 })
  expect(estimate.at(2, 2000)).toEqual({ ratio: 0.02, secondsLeft: 49 })
  expect(estimate.at(50, 26_000)).toEqual({ ratio: 0.5, secondsLeft: 25 })
})

test('ProgressEstimate wanders towards another speed', () => {
  const estimate = new ProgressEstimate(100)
  estimate.at(0, 0)
  estimate.at(2, 1000)
  // The next second brings 1 s of media: the mean goes a sixth of the way from 2 to 1.
  expect(estimate.at(3, 2000).secondsLeft).toBeCloseTo(97 / (2 - 1 / 6), 9)
})

test('ProgressEstimate stays within 0 and 1 when the source lasts longer than it said', () => {
  const estimate = new ProgressEstimate(10)
  estimate.at(0, 0)
  expect(estimate.at(11, 1000)).toEqual({ ratio: 1, secondsLeft: 0 })
})
