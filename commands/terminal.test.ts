import { expect, test } from 'vitest'
import { remainingTime } from './terminal.ts'

test('remainingTime goes by what was done since the start', () => {
  expect(remainingTime(0, 0.25, 10_000)).toBe(', 30 s left')
  expect(remainingTime(0.5, 0.6, 10_000)).toBe(', 40 s left')
  expect(remainingTime(0, 0.1, 20_000)).toBe(', 3 min 0 s left')
})

test('remainingTime tells nothing while it is a guess, or at the end', () => {
  expect([remainingTime(0, 0.5, 1000), remainingTime(0.9, 0.91, 60_000), remainingTime(0, 1, 60_000)]).toEqual([
    '',
    '',
    '',
  ])
})
