import { setImmediate } from 'node:timers/promises'
import { runExperiment, type SimulatedVideo } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { ScenarioVideo } from './scenario-video.ts'
import { sweep } from './sweep-pool.ts'

export type RunsOptions = {
  readonly scenario: Scenario
  readonly jobs?: number
  readonly skip: (index: number) => boolean // what has been run before
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
}

/** Of all sides together: this much is simulated sooner than a worker has begun. */
const FEW_SECONDS = 600

/** The runs of a scenario as they end, virtual or live, in any order. Throws the signal's reason; UnplayableSide, and what
 *  sweep-pool.ts throws. */
export function runsOf({ video }: ScenarioVideo, options: RunsOptions): AsyncGenerator<LabRun> {
  const { durationSeconds, sides } = options.scenario
  const seconds = plannedRunCount(options.scenario) * sides.length * durationSeconds
  if (seconds <= FEW_SECONDS) return runHere(video, options)
  return sweep(options.scenario, video, options)
}

async function* runHere(video: SimulatedVideo, { scenario, skip, signal }: RunsOptions): AsyncGenerator<LabRun> {
  const { durationSeconds } = scenario
  for (let place = 0; place < plannedRunCount(scenario); place += 1) {
    if (skip(place)) continue
    await setImmediate() // a signal comes through
    signal.throwIfAborted()
    const { index, network, profile, sides, axes, seed } = plannedRun(scenario, place)
    const outcomes = runExperiment({ video, sides, profile, durationSeconds })
    yield { index, network, axes, seed, mode: 'virtual', sides: outcomes }
  }
}
