import { expect, test } from 'vitest'
import { spreadOf } from './validate-bounds.ts'
import { readFetches, readGrid, readRows } from './validate-reference.ts'

test('readGrid gives the 48 cells whose least, mean and most were noted when they were measured', () => {
  const noted = readRows('reference-table.csv')
  expect(noted).toHaveLength(48)
  expect(readGrid()).toHaveLength(48)
  for (const [index, { netnsKbps, mahimahiKbps }] of readGrid().entries()) {
    for (const [name, runs] of Object.entries({ netns: netnsKbps, mahimahi: mahimahiKbps })) {
      const { mean, least, most } = spreadOf(runs)
      const figures = ['min', 'max', 'mean'].map((figure) => Number(noted[index]?.[`${name}_${figure}`]))
      expect([least, most]).toEqual(figures.slice(0, 2))
      expect(Math.abs(mean - (figures[2] as number))).toBeLessThanOrEqual(0.5) // noted in whole kbit/s
    }
  }
})

test('readGrid gives rates in bit/s and loss as a ratio, none at loss 0', () => {
  expect(readGrid().slice(0, 2)).toMatchObject([
    { congestionControl: 'bbr', rateBitsPerSecond: 2_000_000, oneWayDelayMs: 10, flows: 1, netnsKbps: [1932] },
    { loss: { kind: 'random', lossRatio: 0.01 }, netnsKbps: [1910, 1913, 1892], mahimahiKbps: [1903, 1903, 1899] },
  ])
  expect(readGrid()[0]).not.toHaveProperty('loss')
})

test("readFetches tells each connection's first fetch from its later ones", () => {
  expect(readFetches()[0]).toMatchObject({ objectBytes: 30_000, gapMs: 200, fetches: 20, firstMs: [54.1, 54.1] })
  expect(readFetches()[0]?.laterMs.map((later) => later.slice(0, 2))).toEqual([
    [48.7, 48.5],
    [48.6, 48.7],
  ])
  const counts = readFetches().map(({ firstMs, laterMs }) => `${firstMs.length}+${laterMs.flat().length}`)
  expect(counts.join(' ')).toBe('2+38 5+95 5+95 2+38 5+95 5+95 2+14 5+35 5+35 2+14 5+35 3+21')
})
