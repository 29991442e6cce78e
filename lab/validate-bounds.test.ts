import { expect, test } from 'vitest'
import { judgeFetches, judgeGoodput, meanErrors, seedsOf, spreadOf } from './validate-bounds.ts'
import type { FetchReference, GridCell } from './validate-reference.ts'

const line = { congestionControl: 'cubic', rateBitsPerSecond: 8e6, oneWayDelayMs: 50 } as const
const loss = { kind: 'random', lossRatio: 0.01 } as const
const lossless: GridCell = { ...line, flows: 1, netnsKbps: [2000], mahimahiKbps: [1900] }
const lossy: GridCell = { ...line, loss, flows: 1, netnsKbps: [1000, 1400], mahimahiKbps: [800] }

for (const { says, cell, modelKbps, holds } of [
  { says: 'takes 1 % below the lowest kernel run at loss 0', cell: lossless, modelKbps: 1881, holds: true },
  { says: 'refuses more than 1 % below it', cell: lossless, modelKbps: 1880, holds: false },
  { says: 'refuses more than 1 % above the highest at loss 0', cell: lossless, modelKbps: 2021, holds: false },
  { says: 'takes 10 % below the slowest of all runs with loss', cell: lossy, modelKbps: 720, holds: true },
  { says: 'refuses more than 10 % below it', cell: lossy, modelKbps: 719, holds: false },
  { says: 'refuses more than 15 % above the fastest', cell: lossy, modelKbps: 1611, holds: false },
]) {
  test(`judgeGoodput ${says}`, () => expect(judgeGoodput(cell, [modelKbps])).toMatchObject({ holds }))
}

test('judgeGoodput holds the mean of the seeds against the mean of all kernel runs', () => {
  const { model, errorRatio } = judgeGoodput(lossy, [1000, 1200])
  expect(model).toEqual({ mean: 1100, standardError: 100, least: 1000, most: 1200 })
  expect(errorRatio).toBeCloseTo(1100 / (3200 / 3) - 1, 12)
})

const fetches = { ...line, objectBytes: 30_000, gapMs: 200, fetches: 20, firstMs: [] }
const steady: FetchReference = { ...fetches, laterMs: [[100, 100]] }
const unsteady: FetchReference = {
  ...fetches,
  loss,
  laterMs: [
    [50, 50],
    [150, 150],
  ],
} // standard error 50: two connections

for (const { says, cell, modelMs, holds } of [
  { says: 'takes 3 % at loss 0', cell: steady, modelMs: 97.1, holds: true },
  { says: 'refuses more than 3 % at loss 0', cell: steady, modelMs: 96.9, holds: false },
  { says: 'takes 15 % with loss', cell: { ...steady, loss }, modelMs: 114.9, holds: true },
  {
    says: 'refuses more than 15 % where the kernel is steady',
    cell: { ...steady, loss },
    modelMs: 115.1,
    holds: false,
  },
  { says: 'takes two standard errors where they are more', cell: unsteady, modelMs: 199, holds: true },
  { says: 'refuses more than two standard errors', cell: unsteady, modelMs: 201, holds: false },
]) {
  test(`judgeFetches ${says}`, () => expect(judgeFetches(cell, [[modelMs]])).toMatchObject({ holds }))
}

test('meanErrors tells the error against each set of runs and against all', () => {
  const errors = meanErrors([judgeGoodput(lossless, [1900]), judgeGoodput(lossy, [1200])])
  expect(errors.netns).toBeCloseTo((0.05 + 0) / 2, 12)
  expect(errors.mahimahi).toBeCloseTo((0 + 0.5) / 2, 12)
  expect(errors.all).toBeCloseTo((50 / 1950 + 0.125) / 2, 12)
})

test('spreadOf gives the standard error of the mean, 0 of a single value', () => {
  expect(spreadOf([2, 4, 6])).toEqual({ mean: 4, standardError: 2 / Math.sqrt(3), least: 2, most: 6 })
  expect(spreadOf([7])).toEqual({ mean: 7, standardError: 0, least: 7, most: 7 })
})

test('seedsOf gives one seed where nothing is left to chance', () => {
  expect(seedsOf(lossless, 40)).toEqual([1])
  expect(seedsOf(lossy, 3)).toEqual([1, 2, 3])
})
