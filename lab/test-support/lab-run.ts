import type { LinkProfile } from '../../link/profile.ts'
import { runExperiment } from '../../simulation/experiment.ts'
import type { LabResults } from '../../simulation/lab-results.ts'
import { modelVideo } from '../../simulation/model-video.ts'
import { plannedRuns } from '../../simulation/planned-runs.ts'
import type { Scenario } from '../../simulation/scenario.ts'

/** 4 Mbit/s with a little loss, so that both sides have something to show. */
export const lossyLine: LinkProfile = {
  seed: 1,
  downlink: {
    rateBitsPerSecond: 4_000_000,
    oneWayDelayMs: 30,
    loss: { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 60 },
  },
  uplink: { oneWayDelayMs: 30 },
}

/** A short modelled video, HLS and UDP, one lossy line, five seeds. */
export const smallScenario: Scenario = {
  name: 'a small one',
  mode: 'virtual',
  source: {
    kind: 'model',
    seconds: 8,
    variants: [{ name: '360p', bitsPerSecond: 1_500_000, heightPixels: 360, framesPerSecond: 25 }],
  },
  durationSeconds: 8,
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
  networks: [{ name: 'lossy', profile: lossyLine }],
  grid: [],
  seeds: [1, 2, 3, 4, 5],
  budgets: [],
}

/** Runs it in virtual time, in this process. */
export function runInVirtualTime(scenario: Scenario): LabResults {
  const { source, durationSeconds } = scenario
  if (source.kind !== 'model') throw new Error(`a modelled source, got ${source.kind}`)
  const video = modelVideo(source)
  const runs = plannedRuns(scenario).map(({ index, network, axes, seed, profile, sides }) => ({
    index,
    network,
    axes,
    seed,
    mode: 'virtual' as const,
    sides: runExperiment({ video, profile, sides, durationSeconds }),
  }))
  const made = { atUnixMs: Date.UTC(2026, 10, 30), node: process.version, seconds: 1 }
  return { format: 'weir-results', version: 1, weir: '0.0.0', scenario, made, runs }
}
