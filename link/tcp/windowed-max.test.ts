import { expect, test } from 'vitest'
import { WindowedMax } from './windowed-max.ts'

test('WindowedMax holds the highest of its window, and then the best of what came later in it', () => {
  const filter = new WindowedMax(10)
  const highest = [9, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1].map((value, at) => {
    filter.add(value, at)
    return filter.highest
  })
  expect(highest).toEqual([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 5, 5, 5, 1])
})

test('WindowedMax takes a new highest at once, and begins anew after a silence', () => {
  const filter = new WindowedMax(10)
  filter.add(5, 0)
  filter.add(7, 1)
  expect(filter.highest).toBe(7)
  filter.add(1, 50)
  expect(filter.highest).toBe(1)
})
