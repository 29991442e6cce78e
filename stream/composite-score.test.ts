import { expect, test } from 'vitest'
import { compositeScore, scoreScaleOf } from './composite-score.ts'

const scale = { lowestBitsPerSecond: 500_000, highestBitsPerSecond: 4_000_000, segmentSeconds: 4 }
const smooth = { shownBitsPerSecond: 2_000_000, watchedMs: 100_000, freezeMs: 0, behindMsP50: 1000, variantSwitches: 0 }

test('compositeScore is the bitrate less what latency, standstills and switches cost', () => {
  expect(compositeScore(smooth, scale)?.kilobitsPerSecond).toBe(2000 - 25 / 4)
  const troubled = { ...smooth, freezeMs: 10_000, behindMsP50: 11_000, switchedBitsPerSecond: 3_000_000 }
  const score = compositeScore(troubled, scale)
  expect(score?.terms.map(({ kilobitsPerSecond }) => kilobitsPerSecond)).toEqual([1800, -400, -990, -30])
  expect(score?.kilobitsPerSecond).toBe(380)
})

test('compositeScore is absent where nobody told the bitrate', () => {
  expect(compositeScore({ watchedMs: 1000, behindMsP50: 100 }, scale)).toBeUndefined()
})

test('scoreScaleOf finds the rates that a viewer can choose between, and none without variants', () => {
  const variants = [2_800_000, 400_000, 1_200_000].map((bandwidthBitsPerSecond) => ({ bandwidthBitsPerSecond }))
  expect(scoreScaleOf(variants)).toEqual({
    lowestBitsPerSecond: 400_000,
    highestBitsPerSecond: 2_800_000,
    segmentSeconds: 4,
  })
  expect(scoreScaleOf([])).toBeUndefined()
})
