import { expect, test } from 'vitest'
import { freshCells, nameOf } from './validate-cells.ts'
import { readGrid } from './validate-reference.ts'

test('freshCells are at least twelve lines, none of them in the grid', () => {
  const grid = new Set(readGrid().map(nameOf))
  const names = freshCells({ quick: false }).map(nameOf)
  expect(names.length).toBeGreaterThanOrEqual(12)
  expect(names.filter((name) => grid.has(name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

test('freshCells quick are one without loss, one with random loss, one with bursts', () => {
  expect(freshCells({ quick: true }).map(({ loss }) => loss?.kind)).toEqual([undefined, 'random', 'gilbert-elliott'])
})

test('nameOf says all in which lines differ', () => {
  const line = { congestionControl: 'reno', rateBitsPerSecond: 2_500_000, oneWayDelayMs: 25, flows: 1 } as const
  expect(nameOf(line)).toBe('reno, 2.5 Mbit/s, 25 ms, 0 %')
  const loss = { kind: 'gilbert-elliott', lossRatio: 0.005, meanBurstPackets: 8 } as const
  expect(nameOf({ ...line, loss, flows: 2 })).toBe('reno, 2.5 Mbit/s, 25 ms, 0.5 % in bursts of 8, 2 flows')
})
