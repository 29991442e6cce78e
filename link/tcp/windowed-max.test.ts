import { expect, test } from 'vitest'
import { WindowedMax } from './windowed-max.ts'

test('WindowedMax holds the highest of its window and then lets go of it', () => {
  const filter = new WindowedMax(10)
  const highest = [5, 9, 3, 4, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2].map((value, at) => {
    filter.add(value, at)
    return filter.highest
  })
  expect(highest).toEqual([5, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 2, 2]) // the seconds of each quarter of the window are kept, not all
})

test('WindowedMax takes a new highest at once, and begins anew after a silence', () => {
  const filter = new WindowedMax(10)
  filter.add(5, 0)
  filter.add(7, 1)
  expect(filter.highest).toBe(7)
  filter.add(1, 50)
  expect(filter.highest).toBe(1)
})
