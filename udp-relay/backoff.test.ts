import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

test('backoffMs doubles to half a minute, and draws from the upper half', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backoffMs(failures, 1))).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ])
  expect([1, 7].map((failures) => backoffMs(failures, 0))).toEqual([250, 15_000])
})
