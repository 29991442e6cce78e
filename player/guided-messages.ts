import type { LabRun } from '../simulation/lab-results.ts'
import type { RunTimeline } from '../simulation/run-timeline.ts'
import type { Scenario } from '../simulation/scenario.ts'

/** To the worker: the runs of a scenario that it makes, in this order. */
export type GuidedOrder = { readonly scenario: Scenario; readonly places: readonly number[] }

/** From it, for each of them; of the first seed with what is drawn over time. */
export type GuidedAnswer =
  | { readonly ok: true; readonly run: LabRun; readonly timeline?: RunTimeline }
  | { readonly ok: false; readonly message: string }
