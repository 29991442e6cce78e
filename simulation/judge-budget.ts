import type { LabRun } from './lab-results.ts'
import type { AxisName } from './scenario.ts'
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

/** Holds one budget against runs as they come; of each it keeps a number, and only where a statistic is asked for. */
export class BudgetFold {
  readonly #budget: BudgetSyntax
  readonly #side: string | undefined // of the measures that name none
  readonly #statistics: readonly StatisticFold[] // of the left and the right side; none: every run must keep the budget
  #runs = 0
  #brokenRuns = 0
  #worst: { readonly run: JudgedRun; readonly reserve: number } | undefined

  constructor(budget: BudgetSyntax, side: string | undefined) {
    const { left, right, comparison } = budget
    this.#budget = budget
    this.#side = side
    const hasStatistic = [left, right].flatMap(referencesIn).some(({ aggregate }) => aggregate !== undefined)
    const worst = isBelow(comparison) ? Infinity : -Infinity
    this.#statistics = hasStatistic
      ? [new StatisticFold(left, side, worst), new StatisticFold(right, side, -worst)]
      : []
  }

  add(run: LabRun): void {
    if (!isMeant(this.#budget, run)) return
    const judged = judgeRun(this.#budget, this.#side, run)
    this.#runs += 1
    if (!isKeptBy(this.#budget, judged)) this.#brokenRuns += 1
    const reserve = reserveOf(this.#budget, judged)
    if (this.#worst === undefined || reserve < this.#worst.reserve) this.#worst = { run: judged, reserve }
    for (const statistic of this.#statistics) statistic.add(run)
  }

  /** Without a statistic every run must keep the budget. */
  judged(): JudgedLabBudget {
    const worst = this.#worst?.run
    const [left, right] = this.#statistics
    const reached = left === undefined ? figures(worst?.value, worst?.limit) : figures(left.value(), right?.value())
    return {
      text: this.#budget.text,
      ...(this.#side === undefined ? {} : { side: this.#side }),
      isKept: left === undefined ? this.#runs > 0 && this.#brokenRuns === 0 : isKeptBy(this.#budget, reached),
      ...reached,
      ...(worst === undefined ? {} : { worst }),
      runs: this.#runs,
      brokenRuns: this.#brokenRuns,
    }
  }
}

/** One side of a budget, over all runs. */
class StatisticFold {
  readonly #expression: Expression
  readonly #side: string | undefined
  readonly #missing: number // what a run without the value counts as: the worst that there could be
  readonly #values = new Map<MeasureReference, number[]>()

  /** `worst`: for the expression as a whole. */
  constructor(expression: Expression, side: string | undefined, worst: number) {
    this.#expression = expression
    this.#side = side
    const falls = (evaluate(expression, () => 2) ?? 0) < (evaluate(expression, () => 1) ?? 0) // such as 100 - startupMs
    this.#missing = falls ? -worst : worst
    for (const reference of referencesIn(expression)) this.#values.set(reference, [])
  }

  add(run: LabRun): void {
    for (const [reference, values] of this.#values) {
      values.push(valueIn(run, reference, this.#side) ?? this.#missing)
    }
  }

  value(): number | undefined {
    return evaluate(this.#expression, (reference) => {
      const { aggregate } = reference
      const values = this.#values.get(reference) ?? []
      if (aggregate === undefined || values.length === 0) return undefined
      const value = aggregated(aggregate, values)
      return Number.isNaN(value) ? undefined : value
    })
  }
}

type Figures = Pick<JudgedRun, 'value' | 'limit'>

function figures(value: number | undefined, limit: number | undefined): Figures {
  return { ...(value === undefined ? {} : { value }), ...(limit === undefined ? {} : { limit }) }
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

/** How far within its limit a run is; of one without a figure there is nothing worse. */
function reserveOf({ comparison }: BudgetSyntax, { value, limit }: Figures): number {
  if (value === undefined || limit === undefined) return -Infinity
  const above = value - limit
  if (comparison === '=') return -Math.abs(above)
  return isBelow(comparison) ? -above : above
}

function isBelow(comparison: BudgetSyntax['comparison']): boolean {
  return comparison === '<' || comparison === '<='
}

function isMeant(budget: BudgetSyntax, { network, axes }: LabRun): boolean {
  if (budget.network !== undefined && budget.network !== network) return false
  return Object.entries(budget.cell ?? {}).every(([name, value]) => axes[name as AxisName] === value)
}
