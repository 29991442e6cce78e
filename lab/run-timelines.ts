import type { SimulatedVideo } from '../simulation/experiment.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import { timelineOf, type RunTimeline } from '../simulation/run-timeline.ts'
import type { Scenario } from '../simulation/scenario.ts'

const MOST_NETWORKS = 6
const LONGEST_SECONDS = 600 // what a chart of this size can show

/** The first run of each network once more in virtual time, to be drawn in the report: of at most six networks; none of
 *  live or longer runs. */
export function timelinesOf(scenario: Scenario, video: SimulatedVideo): readonly RunTimeline[] {
  const { networks, durationSeconds, mode } = scenario
  if (mode !== 'virtual' || durationSeconds > LONGEST_SECONDS) return []
  const ofNetwork = plannedRunCount(scenario) / networks.length
  return networks
    .slice(0, MOST_NETWORKS)
    .map((_, place) => timelineOf(plannedRun(scenario, place * ofNetwork), video, durationSeconds))
}
