import type { LabRun } from '../../simulation/lab-results.ts'
import { element, text as textOf, type Markup } from '../svg/markup.ts'
import { section, table } from './page-parts.ts'
import { showPlace } from './wording.ts'

/** What the report says of a budget that was held against the runs. */
export type JudgedLabBudget = {
  readonly text: string // as it was written
  readonly isKept: boolean
  readonly value?: string // what came, as it shall be shown
  readonly worst?: Pick<LabRun, 'network' | 'axes' | 'seed'>
}

/** Every budget with its verdict. */
export function budgetSection(judged: readonly JudgedLabBudget[]): Markup {
  const rows = judged.map(({ text, isKept, value = '–', worst }) => [
    text,
    { markup: verdictOf(isKept) },
    value,
    worst === undefined ? '–' : `${showPlace(worst.network, worst.axes)}, seed ${worst.seed}`,
  ])
  return section(
    'Budgets',
    table({ caption: 'Budgets', head: ['Budget', 'Verdict', 'Value', 'Worst run'], rows, isText: true }),
  )
}

function verdictOf(isKept: boolean): Markup {
  return element('span', { class: isKept ? 'verdict-kept' : 'verdict-broken' }, textOf(isKept ? '✓ kept' : '✗ broken'))
}
