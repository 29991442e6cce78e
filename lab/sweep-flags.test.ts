import { expect, test } from 'vitest'
import { plannedRuns } from '../simulation/planned-runs.ts'
import { readScenario } from './scenario-file.ts'
import { flagProblem, sweepScenario, sweepSides, type SweepFlags } from './sweep-flags.ts'

const read = (flags: SweepFlags) => readScenario(sweepScenario(flags), '.', {})

test('sweepScenario without flags plays HLS and UDP once a seed', async () => {
  const made = await read({})
  if (!made.ok) throw new Error(made.problems.join('\n'))
  const { sides, durationSeconds, source } = made.scenario
  expect(sides.map(({ name, spec }) => [name, spec.kind])).toEqual([
    ['hls', 'hls'],
    ['udp', 'udp'],
  ])
  expect([durationSeconds, plannedRuns(made.scenario).map(({ seed }) => seed)]).toEqual([60, [1, 2, 3, 4, 5]])
  expect(source).toMatchObject({ kind: 'model', seconds: 60, variants: [{ bitsPerSecond: 5_000_000 }] })
})

test('sweepScenario makes a grid of what its flags list', async () => {
  const flags = {
    loss: [0, 0.02],
    rate: [1e6, 4e6],
    delay: [10],
    burst: [20, 100],
    jitterBuffer: [300],
    seeds: 2,
    for: 8,
  }
  const made = await read({ ...flags, preset: ['lte', 'perfect'], side: ['hls', 'udp'] })
  if (!made.ok) throw new Error(made.problems.join('\n'))
  const runs = plannedRuns(made.scenario)
  expect(runs).toHaveLength(2 * 2 * 2 * 2 * 2)
  expect(runs.at(-1)).toMatchObject({
    network: 'perfect',
    seed: 2,
    axes: { rateBitsPerSecond: 4e6, lossRatio: 0.02, oneWayDelayMs: 10, meanBurstMs: 100, jitterBufferMs: 300 },
  })
})

test('sweepScenario knows every way to watch', async () => {
  const made = await read({ side: sweepSides, bitrate: [1e6, 4e6] })
  if (!made.ok) throw new Error(made.problems.join('\n'))
  expect(made.scenario.sides.map(({ name }) => name)).toEqual([
    'hls',
    'hls-throughput',
    'hls-bola',
    'hls-js',
    'll-hls',
    'udp',
    'udp-rtx',
    'udp-fec',
    'rtp-over-tcp',
  ])
})

test('flagProblem names the flag that a problem comes from', async () => {
  const made = await read({ loss: [0, 2], rate: [1], preset: ['lte', 'moon'], seeds: 0, for: 0.5, bitrate: [1] })
  if (made.ok) throw new Error('it was read')
  expect(made.problems.map(flagProblem)).toEqual([
    '--for must be a number from 1 to 3600, got 0.5',
    '--bitrate.0.bitsPerSecond must be a number from 10000 to 200000000, got 1',
    '--loss.1 must be a number from 0 to 1, got 2',
    '--rate.0 must be a number from 8000 to 10000000000, got 1',
    '--seeds.count must be a whole number from 1 to 100000, got 0',
    expect.stringMatching(/^--preset.1 must be a preset \(weir networks\) such as .*, got "moon"$/),
  ])
})
