import { runExperiment } from '../../simulation/experiment.ts'
import { modelVideo } from '../../simulation/model-video.ts'
import { plannedRuns } from '../../simulation/planned-runs.ts'
import type { Scenario } from '../../simulation/scenario.ts'

const source = {
  kind: 'model',
  seconds: 12,
  variants: [
    { name: 'low', bitsPerSecond: 300_000, heightPixels: 240, framesPerSecond: 25 },
    { name: 'high', bitsPerSecond: 1_200_000, heightPixels: 480, framesPerSecond: 25 },
  ],
} as const

/** Every way to watch, on networks of every kind, over a grid: sixteen runs. */
export const determinismSweep: Scenario = {
  name: 'determinism',
  mode: 'virtual',
  source,
  durationSeconds: 10,
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'hls-low', spec: { kind: 'hls', abr: 'fixed', variant: 'low', maxBufferSeconds: 6 } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
  networks: [
    {
      name: 'markov',
      profile: {
        seed: 1,
        downlink: { generator: { kind: 'markov', meanDwellSeconds: 1, outagesPerMinute: 6 }, jitterMs: 15 },
        uplink: { rateBitsPerSecond: 500_000 },
      },
    },
    {
      name: 'trace',
      profile: {
        seed: 1,
        downlink: { trace: [1, 5, 9, 13, 14, 20, 22, 30], loss: { kind: 'random', lossRatio: 0.1 } },
        uplink: { loss: { kind: 'random', lossRatio: 0.01 } },
        tcp: { congestionControl: 'bbr' },
        changes: [{ atSeconds: 4, set: { downlink: { jitterMs: 10 } } }],
      },
    },
  ],
  grid: [
    { name: 'lossRatio', values: [0.002, 0.03] },
    { name: 'oneWayDelayMs', values: [10, 60] },
  ],
  seeds: [3, 4],
  budgets: [],
}

export const determinismVideo = modelVideo(source)

/** A line a run, in the order of the plan, as `results.json` has it. */
export function determinismSweepLog(): string {
  const { durationSeconds } = determinismSweep
  const runs = plannedRuns(determinismSweep).map(({ index, network, profile, sides, axes, seed }) => {
    const outcomes = runExperiment({ video: determinismVideo, sides, profile, durationSeconds })
    return JSON.stringify({ index, network, axes, seed, mode: 'virtual', sides: outcomes })
  })
  return `${runs.join('\n')}\n`
}
