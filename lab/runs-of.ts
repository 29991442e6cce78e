import { setImmediate } from 'node:timers/promises'
import { runExperiment } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { ScenarioVideo } from './scenario-video.ts'

export type RunsOptions = {
  readonly scenario: Scenario
  readonly jobs?: number
  readonly skip: (index: number) => boolean // what has been run before
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
}

/** The runs of a scenario as they end, virtual or live, in any order. Throws the signal's reason. */
export async function* runsOf(
  { video }: ScenarioVideo,
  { scenario, skip, signal }: RunsOptions,
): AsyncGenerator<LabRun> {
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
