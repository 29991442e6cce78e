import type { LinkProfile } from '../link/profile.ts'
import type { NamedSide } from './experiment.ts'

/** Where the video comes from. A modelled one is made of its numbers alone, the same on every machine. */
export type ScenarioSource =
  | { readonly kind: 'model'; readonly seconds: number; readonly variants: readonly ModelVariant[] }
  | { readonly kind: 'file'; readonly path: string } // a video file, segmented once and kept
  | { readonly kind: 'package'; readonly path: string } // a folder that the segmenter made
  | { readonly kind: 'sample'; readonly seconds: number } // Weir's own clip, made and segmented once and kept

export type ModelVariant = {
  readonly name: string
  readonly bitsPerSecond: number // of the pictures
  readonly heightPixels: number
  readonly framesPerSecond: number
}

/** A value of an axis and the network or sides that it makes. */
export type GridAxis = { readonly name: AxisName; readonly values: readonly number[] }

export type AxisName =
  | 'lossRatio'
  | 'rateBitsPerSecond'
  | 'oneWayDelayMs'
  | 'meanBurstMs'
  | 'jitterBufferMs'
  | 'segmentSeconds'

export type NamedNetwork = { readonly name: string; readonly profile: LinkProfile }

/** What a scenario file says, read and checked: every network × every cell of the grid × every seed is one run. */
export type Scenario = {
  readonly name: string
  readonly description?: string
  readonly mode: 'virtual' | 'live'
  readonly source: ScenarioSource
  readonly durationSeconds: number
  readonly sides: readonly NamedSide[]
  readonly networks: readonly NamedNetwork[]
  readonly grid: readonly GridAxis[]
  readonly seeds: readonly number[]
  readonly repetitions?: number // of each live run; absent: 1
  readonly budgets: readonly string[] // as they were written; lab-budget.ts reads them
}

/** One run: all sides once. */
export type PlannedRun = {
  readonly index: number // in the order of the plan
  readonly network: string
  readonly profile: LinkProfile // with its seed and the values of its cell
  readonly sides: readonly NamedSide[]
  readonly axes: Readonly<Partial<Record<AxisName, number>>>
  readonly seed: number
}
