import { expect, test } from 'vitest'
import { seededRandom, Xoshiro128 } from './random.ts'

test('Xoshiro128 gives the sequence of its authors’ program from the state 1, 2, 3, 4', () => {
  const random = new Xoshiro128(1, 2, 3, 4)
  const words = Array.from({ length: 10 }, () => random.draw() * 0x1_0000_0000)
  expect(words).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ])
})

test('seededRandom stays within 0 and 1 and has a mean of one half', () => {
  const random = seededRandom(7)
  const draws = Array.from({ length: 100_000 }, random)
  expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true)
  expect(draws.reduce((sum, draw) => sum + draw, 0) / draws.length).toBeCloseTo(0.5, 2)
})

test('seededRandom repeats for a seed and differs for the next', () => {
  const first = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))
  expect(first(7)).toEqual(first(7))
  expect(first(7)).not.toEqual(first(8))
})
