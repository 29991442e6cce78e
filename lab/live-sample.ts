import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import type { PlannedRun, Scenario } from '../simulation/scenario.ts'
import type { NamedSide } from '../simulation/experiment.ts'
import { validateRuns, type LiveValidation, type LiveValidationOptions } from './validate-live.ts'

/** Of a scenario so many runs, evenly over the plan, with the sides that are played alike live and in virtual time; none
 *  where no side is. */
export function sampledRuns(scenario: Scenario, count: number): readonly PlannedRun[] {
  const all = plannedRunCount(scenario)
  const taken = Math.min(count, all)
  const places = Array.from({ length: taken }, (_, index) => Math.floor((index * all) / taken))
  const runs = places.map((place) => plannedRun(scenario, place))
  return runs.map((run) => ({ ...run, sides: run.sides.filter(isAlike) })).filter(({ sides }) => sides.length > 0)
}

/** A cut of its own is virtual time's alone; a channel that is live and RTP over TCP begin otherwise on real sockets. */
function isAlike({ spec }: NamedSide): boolean {
  if (spec.player !== undefined && spec.player !== 'weir') return false
  if (spec.kind === 'hls') return spec.segmentSeconds === undefined
  return spec.kind === 'udp' && spec.repair === 'off'
}

const PARALLEL = 2
const TRIES = 3

/** Plays a sample of a scenario's runs over real sockets and in virtual time. Undefined where nothing can be compared.
 *  Rejects as validateRuns does. */
export async function checkLive(
  scenario: Scenario,
  count: number,
  options: LiveValidationOptions,
): Promise<LiveValidation | undefined> {
  const runs = sampledRuns(scenario, count)
  if (runs.length === 0) return undefined
  return validateRuns(runs, { seconds: scenario.durationSeconds, parallel: PARALLEL, tries: TRIES }, options)
}
