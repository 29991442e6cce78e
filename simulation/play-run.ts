import { runExperiment, type SimulatedVideo } from './experiment.ts'
import type { LabRun } from './lab-results.ts'
import { plannedRun } from './planned-runs.ts'
import type { Scenario } from './scenario.ts'

/** One run of a scenario in virtual time. Throws UnplayableSide, and RangeError where the plan has no such run. */
export function playRun(scenario: Scenario, video: SimulatedVideo, place: number): LabRun {
  const { index, network, profile, sides, axes, seed } = plannedRun(scenario, place)
  const outcomes = runExperiment({ video, sides, profile, durationSeconds: scenario.durationSeconds })
  return { index, network, axes, seed, mode: 'virtual', sides: outcomes }
}
