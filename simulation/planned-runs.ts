import type { LinkProfile, LossProfile } from '../link/profile.ts'
import type { NamedSide, SideSpec } from './experiment.ts'
import type { AxisName, PlannedRun, Scenario } from './scenario.ts'

const DEFAULT_BURST_MS = 50

type Cell = Readonly<Partial<Record<AxisName, number>>>

/** Every network × every cell of the grid × every seed, in this order; the seed moves first, then the last axis. A live run
 *  is made as often as its scenario says, one after the other; in virtual time a repetition would be the same run. */
export function plannedRuns(scenario: Scenario): readonly PlannedRun[] {
  return Array.from({ length: plannedRunCount(scenario) }, (_, index) => plannedRun(scenario, index))
}

/** How many runs `plannedRuns` would give. */
export function plannedRunCount(scenario: Scenario): number {
  const { networks, grid, seeds } = scenario
  return grid.reduce((count, { values }) => count * values.length, networks.length * seeds.length * timesOf(scenario))
}

function timesOf({ mode, repetitions = 1 }: Scenario): number {
  return mode === 'live' ? repetitions : 1
}

/** One of `plannedRuns`, made alone: of a large plan nobody needs to hold all. RangeError: there is no such run. */
export function plannedRun(scenario: Scenario, index: number): PlannedRun {
  const { networks, grid, seeds, sides } = scenario
  let rest = Math.floor(index / timesOf(scenario))
  const digit = <T>(values: readonly T[]): T => {
    const value = values[rest % values.length]
    if (value === undefined) throw new RangeError(`run ${index} of ${plannedRunCount(scenario)}`)
    rest = Math.floor(rest / values.length)
    return value
  }
  const seed = digit(seeds)
  const cell = grid.toReversed().map(({ name, values }) => [name, digit(values)] as const)
  const axes: Cell = Object.fromEntries(cell.toReversed())
  const network = networks[rest]
  if (network === undefined) throw new RangeError(`run ${index} of ${plannedRunCount(scenario)}`)
  return {
    index,
    network: network.name,
    profile: { ...profileOf(network.profile, axes), seed },
    sides: sides.map((side) => sideOf(side, axes)),
    axes,
    seed,
  }
}

/** The delay is given to both ways, rate and loss to the downlink. */
function profileOf(profile: LinkProfile, cell: Cell): LinkProfile {
  const { lossRatio, meanBurstMs, rateBitsPerSecond, oneWayDelayMs } = cell
  const delay = oneWayDelayMs === undefined ? {} : { oneWayDelayMs }
  const { loss: lossBefore, ...downlink } = profile.downlink
  const loss = lossOf(lossBefore, lossRatio, meanBurstMs)
  const { trace: _trace, generator: _generator, ...withoutRate } = downlink
  const rated = rateBitsPerSecond === undefined ? downlink : { ...withoutRate, rateBitsPerSecond }
  return {
    ...profile,
    downlink: { ...rated, ...delay, ...(loss === undefined ? {} : { loss }) },
    ...(oneWayDelayMs === undefined ? {} : { uplink: { ...profile.uplink, ...delay } }),
  }
}

/** It keeps its kind; where there was none it comes in bad moments, the same for every side. */
function lossOf(
  before: LossProfile | undefined,
  lossRatio: number | undefined,
  meanBurstMs: number | undefined,
): LossProfile | undefined {
  const ratio = lossRatio ?? before?.lossRatio ?? 0
  if (ratio === 0) return undefined
  if (before !== undefined && meanBurstMs === undefined) return { ...before, lossRatio: ratio }
  return { kind: 'bad-moments', lossRatio: ratio, meanBurstMs: meanBurstMs ?? DEFAULT_BURST_MS }
}

function sideOf({ name, spec }: NamedSide, { jitterBufferMs, segmentSeconds }: Cell): NamedSide {
  const hasJitterBuffer = spec.kind === 'udp' || spec.kind === 'rtp-over-tcp'
  const changed = {
    ...(hasJitterBuffer ? defined({ jitterBufferMs }) : {}),
    ...(spec.kind === 'hls' ? defined({ segmentSeconds }) : {}),
  }
  return { name, spec: { ...spec, ...changed } as SideSpec }
}

function defined(values: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined))
}
