import type { LabRun } from '../simulation/lab-results.ts'
import type { MeasureKey } from '../stream/measure-table.ts'
import { aggregated } from './aggregates.ts'
import {
  evaluate,
  isHeld,
  referencesIn,
  type BudgetSyntax,
  type Expression,
  type MeasureReference,
} from './budget-grammar.ts'
import type { JudgedLabBudget, JudgedRun } from './lab-budget.ts'

/** `side`: of the measures that name none. Without a statistic every run must keep the budget. */
export function judgeBudgetOf(
  budget: BudgetSyntax,
  side: string | undefined,
  runs: readonly LabRun[],
): JudgedLabBudget {
  const judged = runs.map((run) => judgeRun(budget, side, run))
  const brokenRuns = judged.filter((run) => !isKeptBy(budget, run)).length
  const worst = worstOf(budget, judged)
  const hasStatistic = [budget.left, budget.right]
    .flatMap(referencesIn)
    .some(({ aggregate }) => aggregate !== undefined)
  const figures = hasStatistic ? statisticsOf(budget, side, runs) : figuresOf(worst)
  const isKept = hasStatistic ? isKeptBy(budget, figures) : runs.length > 0 && brokenRuns === 0
  return {
    text: budget.text,
    ...(side === undefined ? {} : { side }),
    isKept,
    ...figures,
    ...(worst === undefined ? {} : { worst }),
    runs: runs.length,
    brokenRuns,
  }
}

type Figures = Pick<JudgedRun, 'value' | 'limit'>

function figures(value: number | undefined, limit: number | undefined): Figures {
  return { ...(value === undefined ? {} : { value }), ...(limit === undefined ? {} : { limit }) }
}

function figuresOf(run: JudgedRun | undefined): Figures {
  return figures(run?.value, run?.limit)
}

/** What was not measured, such as the startup of what never began, keeps nothing. */
function isKeptBy({ comparison }: BudgetSyntax, { value, limit }: Figures): boolean {
  return value !== undefined && limit !== undefined && isHeld(comparison, value, limit)
}

function judgeRun({ left, right }: BudgetSyntax, side: string | undefined, run: LabRun): JudgedRun {
  const { index, network, axes, seed } = run
  const [value, limit] = [left, right].map((part) => evaluate(part, (reference) => valueIn(run, reference, side)))
  return { index, network, axes, seed, ...figures(value, limit) }
}

function valueIn(run: LabRun, reference: MeasureReference, side: string | undefined): number | undefined {
  const { measures } = run.sides.find(({ name }) => name === (reference.side ?? side)) ?? {}
  return measures?.[reference.measure as MeasureKey]
}

/** The one furthest beyond its limit, or nearest to it; of several the first. */
function worstOf({ comparison }: BudgetSyntax, runs: readonly JudgedRun[]): JudgedRun | undefined {
  const reserves = runs.map(({ value, limit }) => {
    if (value === undefined || limit === undefined) return -Infinity
    const above = value - limit
    if (comparison === '=') return -Math.abs(above)
    return comparison === '<' || comparison === '<=' ? -above : above
  })
  return runs[reserves.indexOf(reserves.reduce((least, reserve) => Math.min(least, reserve), Infinity))]
}

function statisticsOf({ left, right, comparison }: BudgetSyntax, side: string | undefined, runs: readonly LabRun[]) {
  const isBelow = comparison === '<' || comparison === '<='
  const value = statisticOf(left, side, runs, isBelow ? Infinity : -Infinity)
  return figures(value, statisticOf(right, side, runs, isBelow ? -Infinity : Infinity))
}

/** A run without the value counts as the worst that there could be, `worst` for the expression as a whole. */
function statisticOf(
  expression: Expression,
  side: string | undefined,
  runs: readonly LabRun[],
  worst: number,
): number | undefined {
  const falls = (evaluate(expression, () => 2) ?? 0) < (evaluate(expression, () => 1) ?? 0) // such as 100 - startupMs
  return evaluate(expression, (reference) => {
    const { aggregate } = reference
    if (aggregate === undefined || runs.length === 0) return undefined
    const value = aggregated(
      aggregate,
      runs.map((run) => valueIn(run, reference, side) ?? (falls ? -worst : worst)),
    )
    return Number.isNaN(value) ? undefined : value
  })
}
