import type { FetchReference, GridCell } from './validate-reference.ts'

export type Spread = {
  readonly mean: number
  readonly standardError: number
  readonly least: number
  readonly most: number
}

/** What the model gave in a cell, how far that is from the kernel's mean, and whether it is within the bounds. */
export type Judgement<Cell> = {
  readonly cell: Cell
  readonly model: Spread
  readonly errorRatio: number
  readonly bounds: { readonly from: number; readonly to: number }
  readonly holds: boolean
}

/** The model's seeds: one where nothing is left to chance. */
export const seedsOf = ({ loss }: { readonly loss?: unknown }, count: number): number[] =>
  Array.from({ length: loss === undefined ? 1 : count }, (_, index) => index + 1)

/** A mean over the grid may be this far off, whichever of the two sets of kernel runs it is held against. */
export const MEAN_ERROR_LIMIT = 0.05

/** A lossy cell: from 10 % below the slowest to 15 % above the fastest of all the kernel's runs; without loss 1 % of either. */
export function judgeGoodput(cell: GridCell, modelKbps: readonly number[]): Judgement<GridCell> {
  const kernel = spreadOf(kernelKbps(cell))
  const [below, above] = cell.loss === undefined ? [0.01, 0.01] : [0.1, 0.15]
  const bounds = { from: kernel.least * (1 - below), to: kernel.most * (1 + above) }
  return judge(cell, spreadOf(modelKbps), kernel.mean, bounds)
}

/** Later fetches: within 15 % or two standard errors of the kernel's mean, whichever is more; without loss 3 %. */
export function judgeFetches(
  cell: FetchReference,
  modelLaterMs: readonly (readonly number[])[],
): Judgement<FetchReference> {
  const { mean, standardError } = spreadOfConnections(cell.laterMs)
  const allowed = cell.loss === undefined ? 0.03 * mean : Math.max(0.15 * mean, 2 * standardError)
  return judge(cell, spreadOfConnections(modelLaterMs), mean, { from: mean - allowed, to: mean + allowed })
}

/** The mean of all fetches. Those of one connection share its window, so what is independent, and makes the standard
 *  error, is the connection. All have the same number of fetches. */
export function spreadOfConnections(fetchesMs: readonly (readonly number[])[]): Spread {
  return spreadOf(fetchesMs.map(meanOf))
}

function judge<Cell>(
  cell: Cell,
  model: Spread,
  kernelMean: number,
  bounds: Judgement<Cell>['bounds'],
): Judgement<Cell> {
  const holds = model.mean >= bounds.from && model.mean <= bounds.to
  return { cell, model, errorRatio: model.mean / kernelMean - 1, bounds, holds }
}

/** Mean |error| of the model's means over the grid: against each set of kernel runs, and against all of both. */
export function meanErrors(judged: readonly Judgement<GridCell>[]): {
  readonly netns: number
  readonly mahimahi: number
  readonly all: number
} {
  const against = (runs: (cell: GridCell) => readonly number[]): number =>
    meanOf(judged.map(({ cell, model }) => Math.abs(model.mean / meanOf(runs(cell)) - 1)))
  return {
    netns: against(({ netnsKbps }) => netnsKbps),
    mahimahi: against(({ mahimahiKbps }) => mahimahiKbps),
    all: against(kernelKbps),
  }
}

const kernelKbps = ({ netnsKbps, mahimahiKbps }: GridCell): number[] => [...netnsKbps, ...mahimahiKbps]

export function spreadOf(values: readonly number[]): Spread {
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
  return {
    mean,
    standardError: deviation / Math.sqrt(values.length),
    least: Math.min(...values),
    most: Math.max(...values),
  }
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
