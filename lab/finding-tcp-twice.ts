import type { CongestionControl, LinkProfile, LossProfile } from '../link/profile.ts'
import { runExperiment } from '../simulation/experiment.ts'
import { achievableBitsPerSecond, packetDelaysMs, type SteadyLine } from '../simulation/steady-stream.ts'
import { evenOutline } from './even-video.ts'

/** How much more than the medium's rate TCP must achieve, tried at these ratios. */
export const RATIOS = [1.1, 1.2, 1.4, 1.6, 2, 2.4] as const

/** Fewer late packets than this count as good: one of 10,000. */
export const LATE_RATIO = 0.0001

/** A line, and how long and how often it is tried: slow ones longer, so that all have packets enough to count. */
export type TriedLine = {
  readonly congestionControl: CongestionControl
  readonly roundTripMs: number
  readonly loss?: LossProfile
  readonly rateBitsPerSecond?: number // absent: only loss limits TCP
  readonly seconds: number
  readonly seeds: number
}

/** Payload a second that a connection gets which always has something to send: the mean over the seeds. */
export function achievableOf(tried: TriedLine): number {
  const line = lineOf(tried)
  const rates = seedsOf(tried).map((seed) => achievableBitsPerSecond(line, tried.seconds, seed))
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length
}

/** Seconds that a viewer must wait at the start so that fewer packets than LATE_RATIO come too late, over all seeds
 *  together, when TCP achieves `ratio` times the medium's rate. */
export function neededStartupSeconds(
  tried: TriedLine,
  kind: 'live' | 'stored',
  achievable: number,
  ratio: number,
): number {
  const line = lineOf(tried)
  const bitsPerSecond = achievable / ratio
  const runs = seedsOf(tried).map((seed) => packetDelaysMs({ kind, line, bitsPerSecond, seconds: tried.seconds, seed }))
  const delaysMs = new Float64Array(runs.reduce((sum, { length }) => sum + length, 0))
  let filled = 0
  for (const run of runs) {
    delaysMs.set(run, filled)
    filled += run.length
  }
  delaysMs.sort()
  const onTime = Math.ceil(delaysMs.length * (1 - LATE_RATIO))
  return Math.max(0, delaysMs[onTime - 1] ?? 0) / 1000 // ms to s
}

export type HlsOutcome = {
  readonly runs: number
  readonly runsWithStalls: number
  readonly stallsPerMinute: number // the mean over the runs
  readonly stallRatio: number // the mean over the runs
}

const HLS_SECONDS = 300

/** The same at an HLS viewer: one variant in segments of 4 s, hls.js's buffer, a startup of one segment. */
export function hlsOutcome(tried: TriedLine, achievable: number, ratio: number, runs: number): HlsOutcome {
  const video = { title: 'modelled', outlines: [evenOutline(achievable / ratio, HLS_SECONDS)] }
  const sides = [{ name: 'hls', spec: { kind: 'hls', abr: 'fixed' } }] as const
  const measures = Array.from({ length: runs }, (_, index) => {
    const profile = profileOf(tried, index + 1)
    const [side] = runExperiment({ video, sides, profile, durationSeconds: 4 * HLS_SECONDS })
    return side?.measures
  })
  const mean = (value: (of: (typeof measures)[number]) => number): number =>
    measures.reduce((sum, of) => sum + value(of), 0) / runs
  return {
    runs,
    runsWithStalls: measures.filter((of) => (of?.stallCount ?? 0) > 0).length,
    stallsPerMinute: mean((of) => of?.stallsPerMinute ?? 0),
    stallRatio: mean((of) => of?.stallRatio ?? 0),
  }
}

function seedsOf({ seeds }: TriedLine): number[] {
  return Array.from({ length: seeds }, (_, index) => index + 1)
}

function lineOf({ congestionControl, roundTripMs, loss, rateBitsPerSecond }: TriedLine): SteadyLine {
  const oneWayDelayMs = roundTripMs / 2
  const rate = rateBitsPerSecond === undefined ? {} : { rateBitsPerSecond }
  const downlink = { oneWayDelayMs, ...rate, ...(loss === undefined ? {} : { loss }) }
  return { downlink, uplink: { oneWayDelayMs }, congestionControl }
}

function profileOf(tried: TriedLine, seed: number): LinkProfile {
  const { downlink, uplink, congestionControl } = lineOf(tried)
  return { seed, downlink, uplink, tcp: { congestionControl } }
}
