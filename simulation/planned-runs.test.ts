import { expect, test } from 'vitest'
import { runExperiment } from './experiment.ts'
import { modelVideo } from './model-video.ts'
import { plannedRun, plannedRunCount, plannedRuns } from './planned-runs.ts'
import type { Scenario } from './scenario.ts'

const scenario: Scenario = {
  name: 'loss and buffer',
  mode: 'virtual',
  source: {
    kind: 'model',
    seconds: 20,
    variants: [{ name: '720p', bitsPerSecond: 2_000_000, heightPixels: 720, framesPerSecond: 30 }],
  },
  durationSeconds: 20,
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
  networks: [
    { name: 'line', profile: { seed: 1, downlink: { rateBitsPerSecond: 6_000_000 } } },
    {
      name: 'random',
      profile: { seed: 1, downlink: { loss: { kind: 'random', lossRatio: 0.1 } }, uplink: { rateBitsPerSecond: 1e6 } },
    },
  ],
  grid: [
    { name: 'lossRatio', values: [0, 0.02] },
    { name: 'oneWayDelayMs', values: [10, 50] },
    { name: 'jitterBufferMs', values: [300] },
  ],
  seeds: [7, 8],
  budgets: [],
}

test('plannedRuns makes every network, cell and seed, the seed moving first', () => {
  const runs = plannedRuns(scenario)
  expect(runs.map(({ index }) => index)).toEqual(Array.from({ length: 16 }, (_, index) => index))
  expect(runs.slice(0, 3).map(({ network, axes, seed }) => [network, axes, seed])).toEqual([
    ['line', { lossRatio: 0, oneWayDelayMs: 10, jitterBufferMs: 300 }, 7],
    ['line', { lossRatio: 0, oneWayDelayMs: 10, jitterBufferMs: 300 }, 8],
    ['line', { lossRatio: 0, oneWayDelayMs: 50, jitterBufferMs: 300 }, 7],
  ])
  expect(runs[4]?.profile).toEqual({
    seed: 7,
    downlink: {
      rateBitsPerSecond: 6_000_000,
      oneWayDelayMs: 10,
      loss: { kind: 'bad-moments', meanBurstMs: 50, lossRatio: 0.02 },
    },
    uplink: { oneWayDelayMs: 10 },
  })
  expect(runs[8]?.profile.downlink.loss).toBeUndefined() // none at 0
  expect(runs[12]?.profile).toEqual({
    seed: 7,
    downlink: { oneWayDelayMs: 10, loss: { kind: 'random', lossRatio: 0.02 } },
    uplink: { rateBitsPerSecond: 1e6, oneWayDelayMs: 10 },
  })
})

test('plannedRun makes the same run alone, and none beyond the plan', () => {
  const runs = plannedRuns(scenario)
  expect(plannedRunCount(scenario)).toBe(16)
  expect(runs.map(({ index }) => plannedRun(scenario, index))).toEqual(runs)
  expect(Object.keys(plannedRun(scenario, 9).axes)).toEqual(['lossRatio', 'oneWayDelayMs', 'jitterBufferMs'])
  expect(() => plannedRun(scenario, 16)).toThrow('run 16 of 16')
  expect(() => plannedRun({ ...scenario, seeds: [] }, 0)).toThrow('run 0 of 0')
})

test('plannedRuns repeats a live run as often as asked for, and none in virtual time', () => {
  const live = plannedRuns({ ...scenario, mode: 'live', grid: [], repetitions: 3 })
  expect(live.map(({ network, seed }) => `${network} ${seed}`)).toEqual(
    ['line 7', 'line 8', 'random 7', 'random 8'].flatMap((run) => [run, run, run]),
  )
  expect(live.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, index) => index))
  expect(plannedRuns({ ...scenario, grid: [], repetitions: 3 })).toHaveLength(4)
})

test('plannedRuns gives a buffer to the sides that have one', () => {
  expect(plannedRuns(scenario)[0]?.sides.map(({ spec }) => spec)).toEqual([
    { kind: 'hls', abr: 'fixed' },
    { kind: 'udp', repair: 'off', jitterBufferMs: 300 },
  ])
})

test('runExperiment plays the runs of a plan', () => {
  const { source } = scenario
  if (source.kind !== 'model') throw new Error('a modelled source')
  const [, , , , run] = plannedRuns(scenario)
  if (run === undefined) throw new Error('a run')
  const outcomes = runExperiment({ video: modelVideo(source), ...run, durationSeconds: scenario.durationSeconds })
  const [hls, udp] = outcomes.map(({ measures }) => measures)
  expect([hls?.stallCount, hls?.damagedFrames]).toEqual([0, 0])
  expect([udp?.expectedPackets, udp?.lostPackets]).toEqual([5958, 77])
})
