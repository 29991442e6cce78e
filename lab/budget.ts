import { evaluate, isHeld, parseBudget, referencesIn, type BudgetSyntax } from '../simulation/budget-grammar.ts'
import { measureProblem } from '../simulation/lab-budget.ts'

/** A limit that one viewing must keep: `lostPackets<1`. lab-budget.ts holds those of many runs. */
export type Budget = BudgetSyntax

/** Reads budgets of one viewing; `measures` are the names that there are. All problems are told, each with what was
 *  expected. */
export function readBudgets(
  texts: readonly string[],
  measures: readonly string[],
):
  | { readonly ok: true; readonly budgets: readonly Budget[] }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const read = texts.map((text) => parseBudget(text))
  const problems = read.flatMap((result) => (typeof result === 'string' ? [result] : problemsOf(result, measures)))
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, budgets: read.filter((result) => typeof result !== 'string') }
}

function problemsOf({ text, left, right, network, cell }: Budget, measures: readonly string[]): readonly string[] {
  const references = [...referencesIn(left), ...referencesIn(right)]
  const isOfMany =
    (network ?? cell) !== undefined ||
    references.some(({ side, aggregate }) => side !== undefined || aggregate !== undefined)
  const many = isOfMany
    ? [`the budget "${text}" must name no side, network, cell or statistic: there is one viewer`]
    : []
  return [...many, ...references.flatMap(({ measure }) => measureProblem(measure, measures))]
}

export type JudgedBudget = {
  readonly budget: Budget
  readonly value: number | undefined // of the left side
  readonly isKept: boolean
}

/** Holds budgets against figures. A measure without a value, such as the startup of what never began, keeps none. */
export function judgeBudgets(
  budgets: readonly Budget[],
  figures: Readonly<Record<string, number | undefined>>,
): JudgedBudget[] {
  return budgets.map((budget) => {
    const [value, limit] = [budget.left, budget.right].map((side) => evaluate(side, ({ measure }) => figures[measure]))
    const isKept = value !== undefined && limit !== undefined && isHeld(budget.comparison, value, limit)
    return { budget, value, isKept }
  })
}
