import { expect, test } from 'vitest'
import { crossings, type JudgedCell } from './crossings.ts'

const cell = (lossRatio: number, ahead: string | undefined, difference?: number, oneWayDelayMs = 10): JudgedCell => ({
  network: 'line',
  axes: { lossRatio, oneWayDelayMs },
  ...(ahead === undefined ? {} : { ahead }),
  ...(difference === undefined ? {} : { difference }),
})

test('crossings finds where the difference is nothing, linear between neighbours', () => {
  expect(crossings([cell(0, 'hls', -300), cell(0.02, 'udp', 100)], 'lossRatio')).toEqual([
    {
      network: 'line',
      others: { oneWayDelayMs: 10 },
      axis: 'lossRatio',
      between: { low: 0, high: 0.02 },
      at: 0.015,
      ahead: { below: 'hls', above: 'udp' },
    },
  ])
})

test('crossings passes over cells that are not told apart', () => {
  const row = [cell(0, 'hls', -10), cell(0.01, undefined, 1), cell(0.02, undefined), cell(0.04, 'udp', 30)]
  expect(crossings(row, 'lossRatio')).toMatchObject([{ between: { low: 0, high: 0.04 }, at: 0.01 }])
  expect(crossings(row.slice(0, 3), 'lossRatio')).toEqual([])
})

test('crossings takes each row for itself, in whatever order its cells come', () => {
  const near = [cell(0.03, 'hls', -1), cell(0.01, 'hls', -1), cell(0.02, 'udp', 1)]
  const far = [cell(0.01, 'udp', 4, 50), cell(0.02, 'hls', -4, 50), { ...cell(0.04, 'udp', 1), network: 'other' }]
  const found = crossings([...near, ...far], 'lossRatio')
  expect(found.map(({ others, at, ahead }) => [others.oneWayDelayMs, at, ahead.above])).toEqual([
    [10, 0.015, 'udp'],
    [10, 0.025, 'hls'],
    [50, 0.015, 'hls'],
  ])
  expect(crossings([...near, ...far], 'oneWayDelayMs')).toMatchObject([
    { others: { lossRatio: 0.01 }, between: { low: 10, high: 50 }, at: 18, ahead: { below: 'hls', above: 'udp' } },
    { others: { lossRatio: 0.02 }, at: 18, ahead: { below: 'udp', above: 'hls' } },
  ])
  expect(crossings(near, 'meanBurstMs')).toEqual([])
})

test('crossings tells no place where a side has no difference, or none that changes its sign', () => {
  const [silent] = crossings([cell(0, 'hls', -1), cell(0.1, 'udp')], 'lossRatio')
  expect(silent).toMatchObject({ between: { low: 0, high: 0.1 }, ahead: { above: 'udp' } })
  expect(silent).not.toHaveProperty('at')
  expect(crossings([cell(0, 'hls', 1), cell(0.1, 'udp', 2)], 'lossRatio')[0]).not.toHaveProperty('at')
})
