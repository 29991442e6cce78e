import { setImmediate } from 'node:timers/promises'
import type { SimulatedVideo } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import { playRun } from '../simulation/play-run.ts'
import type { PlannedRun, Scenario } from '../simulation/scenario.ts'
import type { RunEvent } from '../stream/record.ts'
import { BadSource } from './bad-source.ts'
import { openLiveLab } from './live-lab.ts'
import type { ScenarioVideo } from './scenario-video.ts'
import { sweep } from './sweep-pool.ts'

export type RunsOptions = {
  readonly scenario: Scenario
  readonly jobs?: number
  readonly skip: (index: number) => boolean // what has been run before
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
  /** Of live runs: everything that happens to a side, as it happens. */
  readonly tellEvent?: (planned: PlannedRun, side: string, event: RunEvent) => void
}

/** Of all sides together: this much is simulated sooner than a worker has begun. */
const FEW_SECONDS = 1000

/** The runs of a scenario as they end, virtual or live, in any order. Throws the signal's reason; UnplayableSide, and what
 *  sweep-pool.ts and live-lab.ts throw. */
export function runsOf({ video, folder }: ScenarioVideo, options: RunsOptions): AsyncGenerator<LabRun> {
  if (options.scenario.mode === 'live') return runLive(folder, options)
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

/** One after the other: each is alone on the machine. */
async function* runLive(
  folder: string | undefined,
  { scenario, skip, ...options }: RunsOptions,
): AsyncGenerator<LabRun> {
  if (folder === undefined) throw new BadSource('source.kind must be "sample", "file" or "package" in a live run')
  const { durationSeconds } = scenario
  const lab = await openLiveLab({ source: { kind: 'package', path: folder }, durationSeconds, ...options })
  try {
    for (let place = 0; place < plannedRunCount(scenario); place += 1) {
      if (!skip(place)) yield await lab.run(plannedRun(scenario, place), options.signal)
    }
  } finally {
    await lab.close()
  }
}
