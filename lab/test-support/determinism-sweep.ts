import { modelVideo } from '../../simulation/model-video.ts'
import { plannedRunCount } from '../../simulation/planned-runs.ts'
import { playRun } from '../../simulation/play-run.ts'
import type { Scenario } from '../../simulation/scenario.ts'

const source = {
  kind: 'model',
  seconds: 12,
  variants: [
    { name: 'low', bitsPerSecond: 300_000, heightPixels: 240, framesPerSecond: 25 },
    { name: 'middle', bitsPerSecond: 600_000, heightPixels: 360, framesPerSecond: 25 },
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
    { name: 'fixed', spec: { kind: 'hls', abr: 'fixed', variant: 'middle', maxBufferSeconds: 6 } },
    { name: 'throughput', spec: { kind: 'hls', abr: 'throughput', segmentSeconds: 2 } },
    { name: 'bola', spec: { kind: 'hls', abr: 'bola' } },
    { name: 'hls-js', spec: { kind: 'hls', abr: 'hls.js', ladder: ['low', 'high'] } },
    { name: 'll-hls', spec: { kind: 'll-hls', variant: 'middle' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off', variant: 'middle' } },
    { name: 'rtx', spec: { kind: 'udp', repair: 'rtx', variant: 'middle', jitterBufferMs: 300 } },
    { name: 'interleaved', spec: { kind: 'rtp-over-tcp', variant: 'middle' } },
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
  const count = plannedRunCount(determinismSweep)
  const lines = Array.from({ length: count }, (_, index) => playRun(determinismSweep, determinismVideo, index))
  return lines.map((run) => `${JSON.stringify(run)}\n`).join('')
}
