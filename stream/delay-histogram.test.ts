import { expect, test } from 'vitest'
import { DelayHistogram } from './delay-histogram.ts'

const of = (delaysMs: readonly number[]): DelayHistogram => {
  const histogram = new DelayHistogram()
  delaysMs.forEach((delayMs) => histogram.add(delayMs))
  return histogram
}

test('DelayHistogram gives 0 for everything before the first delay', () => {
  expect([of([]).meanMs, of([]).quantileMs(0.95)]).toEqual([0, 0])
})

test('DelayHistogram tells the mean exactly, and which delay 95 of 100 do not exceed to a 64th', () => {
  const oneToHundred = of(Array.from({ length: 100 }, (_, index) => index + 1))
  expect(oneToHundred.meanMs).toBe(50.5)
  const p95 = oneToHundred.quantileMs(0.95)
  expect([p95 <= 95, p95 > 95 * (1 - 1 / 64)]).toEqual([true, true])
})

for (const delayMs of [0, 0.001, 0.063, 0.064, 0.127, 0.128, 1, 200, 10_000, 3_600_000]) {
  test(`DelayHistogram finds ${delayMs} ms again to a 64th`, () => {
    const found = of([delayMs]).quantileMs(0.5)
    const told = Math.min(delayMs, 2_147_483.647)
    expect(found).toBeLessThanOrEqual(told)
    expect(found).toBeGreaterThanOrEqual(told * (1 - 1 / 64))
  })
}

test('DelayHistogram keeps each delay below 64 µs apart', () => {
  expect(of([0.01, 0.011, 0.012]).quantileMs(0.5)).toBe(0.011)
})
