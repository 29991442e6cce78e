import { expect, test } from 'vitest'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRuns } from '../simulation/planned-runs.ts'
import type { PlannedRun, Scenario } from '../simulation/scenario.ts'
import { FrontierFold } from './frontier.ts'
import { frontierCsv, frontierLines } from './frontier-text.ts'
import { tinyScenario } from './test-support/tiny-scenario.ts'

const scenario: Scenario = { ...tinyScenario, seeds: [1, 2, 3, 4, 5] } // 2 rates × 3 losses

/** A run in which HLS starts after a second, and UDP after what is asked for. */
function run({ index, network, axes, seed }: PlannedRun, udpStartupMs: number): LabRun {
  const sides = [
    { name: 'hls', side: 'hls', measures: { startupMs: 1000, intactFrameRatio: 1 }, hasEnded: true },
    { name: 'udp', side: 'udp', measures: { startupMs: udpStartupMs + seed, intactFrameRatio: 1 }, hasEnded: true },
  ] as const
  return { index, network, axes, seed, mode: 'virtual', sides }
}

function pointsOf(wish: Scenario, udpStartupMs: (loss: number, rate: number) => number) {
  const fold = new FrontierFold(wish)
  for (const planned of plannedRuns(wish)) {
    const { lossRatio = 0, rateBitsPerSecond = 0 } = planned.axes
    fold.add(run(planned, udpStartupMs(lossRatio, rateBitsPerSecond)))
  }
  return fold.points()
}

/** At the lower rate UDP starts 500 ms later for each percent, less the mean of the seeds, 3. */
const slower = (loss: number, rate: number): number => (rate < 1e6 ? 697 + loss * 50_000 : 300)

test('FrontierFold finds where a side begins to win', () => {
  const points = pointsOf(scenario, slower)
  expect(points.map(({ axis, others }) => [axis, others])).toEqual([
    ['rateBitsPerSecond', { lossRatio: 0.01 }],
    ['rateBitsPerSecond', { lossRatio: 0.05 }],
    ['lossRatio', { rateBitsPerSecond: 500_000 }],
  ])
  expect(points.at(-1)).toEqual({
    measure: 'startupMs',
    sides: ['hls', 'udp'],
    network: 'line',
    others: { rateBitsPerSecond: 500_000 },
    axis: 'lossRatio',
    between: { low: 0, high: 0.01 },
    at: 0.006,
    ahead: { below: 'udp', above: 'hls' },
  })
})

test('FrontierFold tells nothing of too few seeds, of what is negligible, or where there is no grid', () => {
  expect(pointsOf({ ...scenario, seeds: [1, 2, 3, 4] }, slower)).toEqual([])
  expect(pointsOf(scenario, (loss) => 960 + loss * 1000)).toEqual([])
  expect(pointsOf({ ...scenario, grid: [] }, slower)).toEqual([])
})

test('frontierLines says who is better on which side of a place', () => {
  const points = pointsOf(scenario, slower)
  expect(frontierLines(points.slice(2))).toEqual([
    'Startup: udp is better up to loss 0.6 %, hls beyond it (line, rate 0.5 Mbit/s; told apart at 0 and 1)'.replace(
      /(?<=\d) (?=%|Mbit)/g,
      '\u00a0',
    ),
  ])
  expect(frontierLines(Array.from({ length: 20 }, () => points.slice(2)).flat())).toHaveLength(13)
})

test('frontierCsv has a row a place', () => {
  expect(frontierCsv(scenario, pointsOf(scenario, slower)).split('\r\n').toSpliced(1, 2)).toEqual([
    'measure,hls,rtp,network,axis,at,low,high,betterBelow,betterAbove,rateBitsPerSecond,lossRatio',
    'startupMs,hls,udp,line,lossRatio,0.006,0,0.01,udp,hls,500000,',
    '',
  ])
})
