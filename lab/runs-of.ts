import { setImmediate } from 'node:timers/promises'
import type { SimulatedVideo } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import { playRun } from '../simulation/play-run.ts'
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
  for (let index = 0; index < plannedRunCount(scenario); index += 1) {
    if (skip(index)) continue
    await setImmediate() // a signal comes through
    signal.throwIfAborted()
    yield playRun(scenario, video, index)
  }
}
