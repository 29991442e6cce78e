import type { SideMeasures } from '../stream/side-measures.ts'
import type { ViewerSide } from '../stream/record.ts'
import type { AxisName, Scenario } from './scenario.ts'

/** `results.json` of `weir lab run` and `weir lab sweep`. All but `made` follows from scenario, seeds and version. */
export type LabResults = {
  readonly format: 'weir-results'
  readonly version: 1
  readonly weir: string // the version that made it
  readonly scenario: Scenario
  readonly made: { readonly atUnixMs: number; readonly node: string; readonly seconds: number }
  readonly runs: readonly LabRun[] // in the order of the plan
}

export type LabRun = {
  readonly index: number
  readonly network: string
  readonly axes: Readonly<Partial<Record<AxisName, number>>>
  readonly seed: number
  readonly mode: 'virtual' | 'live'
  readonly sides: readonly LabSide[]
}

export type LabSide = {
  readonly name: string
  readonly side: ViewerSide
  readonly measures: SideMeasures // stream/measure-table.ts says what each is
  readonly hasEnded: boolean
}
