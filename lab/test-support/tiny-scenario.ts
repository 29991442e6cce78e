import type { LabRun } from '../../simulation/lab-results.ts'
import { plannedRun } from '../../simulation/planned-runs.ts'
import type { Scenario } from '../../simulation/scenario.ts'

/** Twelve runs of four seconds each: a grid of two axes on one network. */
export const tinyScenario: Scenario = {
  name: 'tiny, and "quoted"',
  mode: 'virtual',
  source: {
    kind: 'model',
    seconds: 4,
    variants: [{ name: '360p', bitsPerSecond: 400_000, heightPixels: 360, framesPerSecond: 25 }],
  },
  durationSeconds: 4,
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
  networks: [{ name: 'line', profile: { seed: 1, downlink: { queueMs: 200 }, uplink: {} } }],
  grid: [
    { name: 'rateBitsPerSecond', values: [500_000, 2_000_000] },
    { name: 'lossRatio', values: [0, 0.01, 0.05] },
  ],
  seeds: [7, 8],
  budgets: [],
}

/** What a run could have given: two measures, made of its index. */
export function madeRun(scenario: Scenario, index: number): LabRun {
  const { network, axes, seed } = plannedRun(scenario, index)
  const measures = { startupMs: 100 + index / 3, stallRatio: index / 1000 }
  const sides = scenario.sides.map(({ name, spec }) => ({
    name,
    side: spec.kind === 'udp' ? ('udp' as const) : ('hls' as const),
    measures,
    hasEnded: true,
  }))
  return { index, network, axes, seed, mode: 'virtual', sides }
}
