import { expect, test } from 'vitest'
import type { LabRun } from './lab-results.ts'
import { differenceOf, groupRuns, playedSeeds, valuesBySeed, type LabGroup } from './lab-statistics.ts'
import { labRuns } from './test-support/lab-runs.ts'

const hlsMs = [10, 12, 11, 15, 12]
const udpMs = [8, 11, 8, 12, 11]

function startups(hls: readonly (number | undefined)[], udp: readonly (number | undefined)[]): LabGroup {
  const started = (startupMs: number | undefined) => (startupMs === undefined ? {} : { startupMs })
  return groupOf(labRuns(hls.map((value, index) => ({ hls: started(value), udp: started(udp[index]) }))))
}

function groupOf(runs: readonly LabRun[]): LabGroup {
  const [group] = groupRuns(runs)
  if (group === undefined) throw new Error('a group')
  return group
}

test('groupRuns puts the seeds of a network and a cell together, in the order of the plan', () => {
  const runs = [
    ...labRuns([{}, {}], 'dsl', { lossRatio: 0 }),
    ...labRuns([{}], 'dsl', { lossRatio: 0.01 }),
    ...labRuns([{}], 'lte', { lossRatio: 0 }),
    ...labRuns([{}], 'dsl', { lossRatio: 0 }),
  ]
  expect(groupRuns(runs).map(({ network, axes, runs: { length } }) => [network, axes.lossRatio, length])).toEqual([
    ['dsl', 0, 3],
    ['dsl', 0.01, 1],
    ['lte', 0, 1],
  ])
})

test('differenceOf pairs by seed: five differences of 2, 1, 3, 3 and 1 are sure', () => {
  const { mean, interval, certainty, pairs } = differenceOf(startups(hlsMs, udpMs), 'startupMs', 'hls', 'udp')
  expect({ mean, certainty, pairs }).toEqual({ mean: 2, certainty: 'sure', pairs: 5 })
  // Variance 1, standard error 1 / sqrt 5, t 2.776. Unpaired, with a spread of about 1.9 on each side, it would not be.
  expect(interval?.low).toBeCloseTo(2 - 1.24146, 5)
  expect(interval?.high).toBeCloseTo(2 + 1.24146, 5)
})

test('differenceOf turned around has the other sign', () => {
  const { mean, interval, certainty } = differenceOf(startups(hlsMs, udpMs), 'startupMs', 'udp', 'hls')
  expect([mean, certainty]).toEqual([-2, 'sure'])
  expect(interval?.high).toBeCloseTo(-2 + 1.24146, 5)
})

for (const { name, group, certainty } of [
  { name: 'four seeds', group: startups(hlsMs.slice(1), udpMs.slice(1)), certainty: 'too-few-seeds' },
  { name: 'an interval around 0', group: startups(hlsMs, [8, 13, 8, 16, 11]), certainty: 'not-told-apart' },
  { name: 'the same values', group: startups(hlsMs, hlsMs), certainty: 'equal' },
  { name: 'a side that never played', group: startups(hlsMs, []), certainty: 'unequal-play' },
  { name: 'one that never played under 4 seeds', group: startups([1, 2, 3, 4], []), certainty: 'too-few-seeds' },
  { name: 'nobody playing', group: startups([undefined], [undefined]), certainty: 'nothing' },
  { name: 'one seed of six without a pair', group: startups([...hlsMs, 9], udpMs), certainty: 'sure' },
  {
    name: 'two seeds of six without a pair',
    group: startups([...hlsMs, 9], udpMs.slice(1)),
    certainty: 'too-few-seeds',
  },
] as const) {
  test(`differenceOf says ${certainty} of ${name}`, () => {
    expect(differenceOf(group, 'startupMs', 'hls', 'udp').certainty).toBe(certainty)
  })
}

test('several runs under one seed are one seed, with their mean', () => {
  const [first, second] = labRuns([{ hls: { startupMs: 10 } }, { hls: { startupMs: 20 } }])
  const group = groupOf([first, { ...second, seed: 1 }] as LabRun[])
  expect([...valuesBySeed(group, 'hls', 'startupMs')]).toEqual([[1, 15]])
  expect([playedSeeds(group, 'hls'), playedSeeds(group, 'udp')]).toEqual([1, 0])
})

test('a side that never played has no freezes, but bytes that were sent', () => {
  const measures = { hls: { startupMs: 900, freezeMs: 40, wireBytes: 100 }, udp: { freezeMs: 0, wireBytes: 90 } }
  const group = groupOf(labRuns(Array<typeof measures>(5).fill(measures)))
  expect(valuesBySeed(group, 'udp', 'freezeMs').size).toBe(0)
  expect(differenceOf(group, 'freezeMs', 'hls', 'udp')).toMatchObject({ pairs: 0, certainty: 'unequal-play' })
  expect(differenceOf(group, 'wireBytes', 'hls', 'udp')).toMatchObject({ pairs: 5, mean: 10, certainty: 'sure' })
})
