import { expect, test } from 'vitest'
import { amounts } from './amounts.ts'

const ratios = amounts({ '': 1, '%': 0.01 })
const rates = amounts({ '': 1, k: 1e3, M: 1e6 })

test('amounts reads numbers and their units', () => {
  expect(ratios('0,0.5%,57%,0.02')).toEqual([0, 0.005, 0.57, 0.02])
  expect(rates('800k, 2.5M,9000')).toEqual([800_000, 2_500_000, 9000])
})

test('amounts refuses what is no list of numbers', () => {
  for (const text of ['', '1M,', '1m', '-1', '1e9999', '5 %', 'NaN', Array(1001).fill('1').join(',')]) {
    expect(() => rates(text), text).toThrow('It must be numbers with commas between them, each with k or M or without.')
  }
  expect(() => amounts({ '': 1 })('1M')).toThrow('It must be numbers with commas between them.')
})
