import { parseBudget, referencesIn, type BudgetSyntax } from '../simulation/budget-grammar.ts'
import type { JudgedLabBudget } from '../simulation/lab-budget.ts'
import { formatMeasure, MEASURES, type MeasureKey } from '../stream/measure-table.ts'
import type { GuidedPage } from './guided-page-file.ts'
import { guidedWords } from './guided-words.ts'

/** A claim as it is read, before and after it was tried. */
export type ClaimRow = {
  readonly budget: string
  readonly says: string
  readonly expected: string // `expected more than 30.00 %`; of a limit that is measured itself, against whom
  readonly measure: MeasureKey
  readonly tried?: { readonly isKept: boolean; readonly came: string; readonly of: string }
}

/** `judged`: of an experiment that was made, with so many seeds. Throws RangeError for a budget that cannot be read or names no measure. */
export function claimRows(
  { claims, names }: Pick<GuidedPage, 'claims' | 'names'>,
  judged: readonly JudgedLabBudget[],
  seeds: number,
): readonly ClaimRow[] {
  return Object.entries(claims).map(([budget, says]) => {
    const syntax = parseBudget(budget)
    if (typeof syntax === 'string') throw new RangeError(syntax)
    const one = judged.find(({ text }) => text === budget)
    const measure = measureOf(syntax)
    const row = { budget, says, measure, expected: expectedOf(syntax, measure, { judged: one, names }) }
    if (one === undefined) return row
    return { ...row, tried: { isKept: one.isKept, came: shown(measure, one.value), of: ofRuns(syntax, seeds) } }
  })
}

function measureOf({ left, right, text }: BudgetSyntax): MeasureKey {
  const name = [left, right].flatMap(referencesIn)[0]?.measure
  if (name === undefined || !(name in MEASURES)) throw new RangeError(`expected a measure in the budget "${text}"`)
  return name as MeasureKey
}

type Known = { readonly judged: JudgedLabBudget | undefined; readonly names: GuidedPage['names'] }

function expectedOf({ comparison, right }: BudgetSyntax, measure: MeasureKey, { judged, names }: Known): string {
  const limit = right.kind === 'number' ? right.value : judged?.limit
  const other = referencesIn(right)[0]?.side
  return [
    ...(limit === undefined
      ? []
      : [guidedWords.needed(`${guidedWords.comparisons[comparison]} ${shown(measure, limit)}`)]),
    ...(other === undefined ? [] : [guidedWords.heldAgainst(names[other] ?? other)]),
  ].join(', ')
}

function ofRuns({ left, right }: BudgetSyntax, seeds: number): string {
  const { ofRuns: words } = guidedWords
  const hasStatistic = [left, right].flatMap(referencesIn).some(({ aggregate }) => aggregate !== undefined)
  if (seeds === 1) return words.one
  return hasStatistic ? words.mean(seeds) : words.worst(seeds)
}

/** With its unit. */
export function shown(measure: MeasureKey, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return guidedWords.nothingMeasured
  const { unit } = MEASURES[measure]
  return `${formatMeasure(measure, value)}${unit === '' ? '' : ` ${unit}`}`
}
