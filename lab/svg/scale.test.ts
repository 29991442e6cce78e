import { expect, test } from 'vitest'
import { grouped, lyingScale, pointScale, valueScale } from './scale.ts'

const labels = (scale: { readonly ticks: readonly { readonly label: string }[] }) =>
  scale.ticks.map(({ label }) => label)

test('valueScale begins at 0 and ends at a round number', () => {
  const scale = valueScale([120, 870], [0, 100])
  expect(labels(scale)).toEqual(['0', '200', '400', '600', '800', '1\u202f000'])
  expect([scale.at(0), scale.at(500), scale.at(1000)]).toEqual([0, 50, 100])
})

test('valueScale does not begin at 0 where all values lie close together', () => {
  expect(labels(valueScale([96, 100], [0, 100]))).toEqual(['96', '97', '98', '99', '100'])
})

test('valueScale shows one value, and none', () => {
  expect(labels(valueScale([40], [0, 100]))).toEqual(['0', '10', '20', '30', '40'])
  expect(labels(valueScale([], [0, 100]))).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'])
})

test('lyingScale takes fewer ticks where their labels are wide', () => {
  expect(labels(lyingScale([0, 5], [0, 200]))).toEqual(['0', '1', '2', '3', '4', '5'])
  expect(labels(lyingScale([0, 11_000], [0, 200]))).toEqual(['0', '5\u202f000', '10\u202f000', '15\u202f000'])
})

test('pointScale is logarithmic from a factor of 12 on', () => {
  const ticks = (values: readonly number[]) => values.map((value) => ({ value, label: String(value) }))
  expect(pointScale(ticks([1, 10, 100]), [0, 100]).at(10)).toBeCloseTo(50)
  expect(pointScale(ticks([0, 5, 100]), [0, 100]).at(5)).toBe(5)
  expect(pointScale(ticks([3]), [0, 100]).at(3)).toBe(50)
})

test('grouped sets thin spaces before each three digits, not behind the point', () => {
  expect(['7', '1234', '1234567.8901', '-1234'].map(grouped)).toEqual([
    '7',
    '1\u202f234',
    '1\u202f234\u202f567.8901',
    '-1\u202f234',
  ])
})
