import { expect, test } from 'vitest'
import { distributionOf, meanInterval, quantile, spreadOf } from './spread.ts'

test('spreadOf gives what five values give by hand', () => {
  const { interval, ...spread } = spreadOf([10, 4, 2, 5, 4]) ?? {}
  expect(spread).toEqual({ n: 5, mean: 5, median: 4, lowerQuartile: 4, upperQuartile: 5, least: 2, most: 10, p95: 9 })
  // Squares of the deviations 9 + 1 + 1 + 0 + 25, variance 9, standard error 3 / sqrt 5, t of 4 degrees of freedom 2.776.
  expect(interval?.low).toBeCloseTo(5 - 3.724395, 5)
  expect(interval?.high).toBeCloseTo(5 + 3.724395, 5)
})

test('spreadOf of nothing is nothing, and one value has no interval', () => {
  expect(spreadOf([])).toBeUndefined()
  expect(spreadOf([7])).toEqual({
    n: 1,
    mean: 7,
    median: 7,
    lowerQuartile: 7,
    upperQuartile: 7,
    least: 7,
    most: 7,
    p95: 7,
  })
})

test('quantile is linear between two values', () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile([1, 2, 4, 8], share))).toEqual([1, 1.75, 3, 5, 8])
})

/** Values 0 and 1 by turns: the half width is t × sqrt(variance / n). */
function criticalTOf(n: number): number {
  const values = Array.from({ length: n }, (_, index) => index % 2)
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return ((meanInterval(values)?.high ?? NaN) - mean) / Math.sqrt(variance / n)
}

for (const { n, t } of [
  { n: 2, t: 12.706 },
  { n: 3, t: 4.303 },
  { n: 11, t: 2.228 },
  { n: 31, t: 2.042 },
  { n: 40, t: 2.042 }, // 39 degrees of freedom: the row below
  { n: 41, t: 2.021 },
  { n: 61, t: 2 },
  { n: 1000, t: 1.984 },
]) {
  test(`meanInterval of ${n} values takes t = ${t}`, () => expect(criticalTOf(n)).toBeCloseTo(t, 9))
}

test('distributionOf counts equal values once and ends at the largest', () => {
  expect(distributionOf([3, 1, 1, 2])).toEqual([
    { value: 1, share: 0.5 },
    { value: 2, share: 0.75 },
    { value: 3, share: 1 },
  ])
})

test('distributionOf leaves out points of a long one, never the last', () => {
  const points = distributionOf(
    Array.from({ length: 1000 }, (_, index) => index),
    100,
  )
  expect([points.length, points[1], points.at(-1)]).toEqual([
    101,
    { value: 10, share: 0.011 },
    { value: 999, share: 1 },
  ])
})
