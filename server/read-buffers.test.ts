import { expect, test } from 'vitest'
import { ReadBuffers } from './read-buffers.ts'

const make = () => new ReadBuffers({ budgetBytes: 512, smallestBytes: 4, largestBytes: 16 })

test('ReadBuffers lends smaller ones the more are lent, and never smaller than the smallest', () => {
  const buffers = make()
  const lent = Array.from({ length: 100 }, () => buffers.take(1000).length)
  // 25 of 16 leave 112, of which an eighth is less than 16; 7 of 8 leave 56, of which it is less than 8.
  expect(lent).toEqual([...Array(25).fill(16), ...Array(7).fill(8), ...Array(68).fill(4)])
})

test('ReadBuffers lends none larger than what is wanted needs', () => {
  const buffers = make()
  expect([1, 4, 5, 9, 16, 17].map((wanted) => buffers.take(wanted).length)).toEqual([4, 4, 8, 16, 16, 16])
})

test('ReadBuffers lends again what was given back, and keeps no more than its budget', () => {
  const buffers = make()
  const first = buffers.take(16)
  buffers.give(first)
  expect([buffers.take(16) === first, buffers.bytes]).toEqual([true, 16])
  buffers.give(first)
  const many = Array.from({ length: 100 }, () => buffers.take(16))
  expect(buffers.bytes).toBeGreaterThan(512)
  many.forEach((buffer) => buffers.give(buffer))
  expect(buffers.bytes).toBeLessThanOrEqual(512)
})
