import type { NamedSide, SideOutcome } from '../simulation/experiment.ts'
import type { SideTimeline } from '../simulation/side-timeline.ts'
import type { LinkProfile } from '../link/profile.ts'

/** One experiment for a worker: all that follows from it is in its answer. */
export type RunOrder = {
  readonly profile: LinkProfile // with its seed
  readonly sides: readonly NamedSide[]
  readonly seconds: number
  readonly withTimelines: boolean
}

export type RunAnswer =
  | {
      readonly ok: true
      readonly outcomes: readonly SideOutcome[]
      readonly timelines: readonly SideTimeline[] // of the sides, in their order; empty unless they were asked for
    }
  | { readonly ok: false; readonly message: string }

export type ToSimulation =
  | { readonly kind: 'open'; readonly title: string; readonly outlines: readonly string[] } // outline.json, lowest first
  | { readonly kind: 'run'; readonly order: RunOrder }

export type FromSimulation = RunAnswer
