import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { TimeBins } from './time-bins.ts'

const kinds = { lost: 'sum', delay: 'mean', rate: 'held' } as const
const small = () => new TimeBins(kinds, [8, 8, 8])

function starts(bins: TimeBins<keyof typeof kinds>, minWidthMs = 0): readonly (readonly [number, number])[] {
  return bins.view(-Infinity, Infinity, minWidthMs).bins.map(({ startMs, widthMs }) => [startMs, widthMs])
}

function column(
  bins: TimeBins<keyof typeof kinds>,
  name: keyof typeof kinds,
  minWidthMs = 0,
): readonly (number | null)[] {
  return bins.read(name, bins.view(-Infinity, Infinity, minWidthMs), [])
}

test('TimeBins sums counts, means samples and keeps the last state, a bin each 100 ms', () => {
  const bins = small()
  bins.add('lost', 0, 1)
  bins.add('lost', 99.9, 2)
  bins.add('delay', 10, 4)
  bins.add('delay', 20, 6)
  bins.add('rate', 10, 5)
  bins.add('rate', 20, 7)
  bins.add('lost', 250, 3)
  expect(starts(bins)).toEqual([
    [0, 100],
    [100, 100],
    [200, 100],
  ])
  expect(column(bins, 'lost')).toEqual([3, 0, 3])
  expect(column(bins, 'delay')).toEqual([5, null, null])
  expect(column(bins, 'rate')).toEqual([7, 7, 7])
})

test('TimeBins puts four old bins into one, of 400 ms, then of 1.6 s', () => {
  const bins = small()
  for (let bin = 0; bin < 60; bin += 1) bins.add('lost', bin * 100, 1)
  expect(starts(bins)).toEqual([
    [0, 1600],
    [1600, 1600],
    ...[3200, 3600, 4000, 4400, 4800].map((startMs) => [startMs, 400]),
    ...[5200, 5300, 5400, 5500, 5600, 5700, 5800, 5900].map((startMs) => [startMs, 100]),
  ])
  expect(column(bins, 'lost')).toEqual([16, 16, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1])
})

test('TimeBins means all samples alike, however they came to lie in one bin', () => {
  const bins = small()
  for (const delay of [1, 2, 3]) bins.add('delay', 0, delay)
  bins.add('delay', 100, 10)
  bins.add('lost', 1200, 0)
  expect(column(bins, 'delay')[0]).toBe(4)
})

test('TimeBins carries a state into a view from before it, also from wider bins', () => {
  const bins = small()
  bins.add('rate', 0, 5)
  bins.add('lost', 6000, 1)
  expect(bins.read('rate', bins.view(5900, Infinity, 0), [])).toEqual([5, 5])
})

test('TimeBins takes what comes late into the bin of its time', () => {
  const bins = small()
  bins.add('lost', 2000, 1)
  bins.add('lost', 50, 1)
  expect(column(bins, 'lost')[0]).toBe(1)
  expect(starts(bins)[0]).toEqual([0, 400])
})

test('TimeBins counts what is older than all its bins, and forgets nothing else of it', () => {
  const bins = small()
  bins.add('lost', 100_000, 1)
  bins.add('lost', 0, 1)
  expect(bins.leftOutValues).toBe(1)
  expect(column(bins, 'lost').reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(1)
})

test('TimeBins does not draw zeros of a column that was never told', () => {
  const bins = small()
  bins.add('rate', 0, 1)
  expect(column(bins, 'lost')).toEqual([null])
})

test('TimeBins draws wider bins where it is asked to, and never a bin twice', () => {
  const bins = new TimeBins(kinds)
  for (let bin = 0; bin < 100; bin += 1) bins.add('lost', bin * 100, 1)
  expect(starts(bins, 101).every(([, widthMs]) => widthMs === 400)).toBe(true)
  expect(column(bins, 'lost', 1000)).toEqual([16, 16, 16, 16, 16, 16, 4])
})

const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: -3, max: 9 })), {
  maxLength: 300,
})

test('TimeBins keeps every total and every bin in its place, in whatever order values come', () => {
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 0, max: 5000 }), (values, minWidthMs) => {
      const bins = new TimeBins(kinds, [40, 40, 80])
      for (const [atMs, value] of values) bins.add('lost', atMs, value)
      const { bins: spans } = bins.view(-Infinity, Infinity, minWidthMs)
      const read = column(bins, 'lost', minWidthMs)
      for (const [place, { startMs, widthMs }] of spans.entries()) {
        const inside = values.filter(([atMs]) => atMs >= startMs && atMs < startMs + widthMs)
        expect(read[place] ?? 0).toBe(inside.reduce((sum, [, value]) => sum + value, 0))
        const following = spans[place + 1]
        if (following !== undefined) expect(following.startMs).toBe(startMs + widthMs)
      }
      const sum = (numbers: readonly (number | null)[]) =>
        numbers.reduce<number>((total, value) => total + (value ?? 0), 0)
      expect(bins.leftOutValues).toBe(0)
      expect(sum(read)).toBe(sum(values.map(([, value]) => value)))
      expect(bins.total('lost', Infinity)).toBe(sum(read))
    }),
    { numRuns: fuzzRuns(200) },
  )
})
