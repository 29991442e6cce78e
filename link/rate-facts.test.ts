import { expect, test } from 'vitest'
import { rateFacts, stepsOfTrace } from './rate-facts.ts'

test('stepsOfTrace takes [kbit/s, seconds] as they are', () => {
  const steps = stepsOfTrace([[4000, 2], [0, 0.5]]) // prettier-ignore
  expect(steps).toEqual([
    { rateBitsPerSecond: 4_000_000, durationMs: 2000 },
    { rateBitsPerSecond: 0, durationMs: 500 },
  ])
})

test('stepsOfTrace counts the 1500 bytes of each second of a mahimahi trace; the last window is as short as the trace', () => {
  const steps = stepsOfTrace([0, 10, 999, 1000, 2400, 2500])
  expect(steps).toEqual([
    { rateBitsPerSecond: 36_000, durationMs: 1000 },
    { rateBitsPerSecond: 12_000, durationMs: 1000 },
    { rateBitsPerSecond: 48_000, durationMs: 500 },
  ])
})

test('rateFacts gives the mean over time, not over steps', () => {
  const steps = [
    { rateBitsPerSecond: 4_000_000, durationMs: 3000 },
    { rateBitsPerSecond: 0, durationMs: 1000 },
  ]
  expect(rateFacts(steps)).toEqual({
    durationSeconds: 4,
    meanBitsPerSecond: 3_000_000,
    lowestBitsPerSecond: 0,
    highestBitsPerSecond: 4_000_000,
  })
})

test('a mahimahi trace that ends on a whole second has no window beyond it', () => {
  expect(rateFacts(stepsOfTrace([500, 1000])).meanBitsPerSecond).toBe(24_000)
})
