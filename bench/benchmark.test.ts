import { expect, test } from 'vitest'
import { boundHolds, measure, median, type Bound, type SideResult } from './benchmark.ts'

for (const { values, expected } of [
  { values: [3], expected: 3 },
  { values: [10, 2, 9], expected: 9 },
  { values: [4, 1, 3, 2], expected: 2.5 },
]) {
  test(`median of ${values.join(', ')} is ${expected}`, () => expect(median(values)).toBe(expected))
}

test('measure takes the sides in turn and gives the median of each', async () => {
  const order: string[] = []
  const side = (name: string, step: number) => (): Promise<number> => {
    order.push(name)
    return Promise.resolve(order.length * step)
  }
  const sides = { ours: side('ours', 1), peer: side('peer', 10) }
  const results = await measure({ title: 'turns', unit: 'ms', sides }, 3)
  expect(order).toEqual(['ours', 'peer', 'ours', 'peer', 'ours', 'peer'])
  expect(results).toEqual([
    { side: 'ours', medianValue: 3, values: [1, 3, 5] },
    { side: 'peer', medianValue: 40, values: [20, 40, 60] },
  ])
})

test('measure finishes what it prepared when a side fails', async () => {
  const steps: string[] = []
  const benchmark = {
    title: 'failing',
    unit: 'ms',
    sides: { ours: () => Promise.reject(new Error('no answer')) },
    prepare: () => Promise.resolve(void steps.push('prepare')),
    finish: () => Promise.resolve(void steps.push('finish')),
  }
  await expect(measure(benchmark, 1)).rejects.toThrow('no answer')
  expect(steps).toEqual(['prepare', 'finish'])
})

const results: SideResult[] = [
  { side: 'ours', medianValue: 10, values: [8, 10, 12] },
  { side: 'peer', medianValue: 20, values: [18, 20, 22] },
]
const bounds: { bound: Bound; holds: boolean; because: string }[] = [
  { bound: { side: 'ours', is: 'at most', limit: 12 }, holds: true, because: 'the worst run is 12' },
  {
    bound: { side: 'ours', is: 'at most', limit: 11 },
    holds: false,
    because: 'one run was worse, though the median holds',
  },
  { bound: { side: 'ours', is: 'at least', limit: 8 }, holds: true, because: 'the worst run is 8' },
  { bound: { side: 'ours', is: 'at most', limit: 0.6, than: 'peer' }, holds: true, because: '0.6 × 20 is 12' },
  { bound: { side: 'ours', is: 'at most', limit: 0.5, than: 'peer' }, holds: false, because: '0.5 × 20 is 10' },
]
for (const { bound, holds, because } of bounds) {
  const text = `${bound.is} ${bound.limit}${bound.than === undefined ? '' : ` × ${bound.than}`}`
  test(`boundHolds answers ${holds} to ${text}: ${because}`, () => expect(boundHolds(bound, results)).toBe(holds))
}
