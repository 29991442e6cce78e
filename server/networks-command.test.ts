import { expect, test } from 'vitest'
import { ConfigProblems } from './config.ts'
import { importedNetwork, networkLines } from './networks-command.ts'

test('networkLines shows a line a direction, and where the numbers come from', () => {
  const lines = networkLines([
    {
      name: 'mountain',
      title: 'A hut',
      source: 'engineering assumption: all of it',
      profile: {
        seed: 1,
        downlink: { generator: { kind: 'markov' }, queueBytes: 64_000, oneWayDelayMs: 35, jitterMs: 5 },
        uplink: { rateBitsPerSecond: 384_000, loss: { kind: 'bad-moments', lossRatio: 0.07, meanBurstMs: 50 } },
        udpBlocked: true,
      },
    },
  ])
  expect(lines).toEqual([
    'preset          rate                       delay  jitter  queue   loss                              what',
    'mountain  down  0.5 to 12 Mbit/s, outages  35 ms  5 ms    64 kB   all UDP                           A hut',
    '          up    0.384 Mbit/s                              200 ms  all UDP, 7 % in moments of 50 ms',
    '',
    'Sources',
    '  mountain: engineering assumption: all of it',
  ])
})

test('networkLines shows every preset in less than 150 columns, but for the sources', () => {
  const lines = networkLines()
  const table = lines.slice(0, lines.indexOf(''))
  expect(Math.max(...table.map(({ length }) => length))).toBeLessThan(150)
  expect(table.filter((line) => /^\S/.test(line)).length - 1).toBe((table.length - 1) / 2)
})

test('importedNetwork makes the body of POST /api/links of a trace file', () => {
  expect(JSON.parse(importedNetwork('t.json', '[[1200, 30]]'))).toEqual({
    profile: { seed: 1, downlink: { trace: [[1200, 30]] }, uplink: {} },
  })
})

test('importedNetwork names the file and the line that is wrong', () => {
  const problem = 't.txt: line 2 must be a whole number of milliseconds, got "x"'
  expect(() => importedNetwork('t.txt', '1\nx')).toThrow(new ConfigProblems([problem]))
})
