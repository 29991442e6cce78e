import { writeFile } from 'node:fs/promises'
import { judgeBudgets, type Budget, type JudgedBudget } from './budget.ts'
import { junitReport, type JunitCase } from './junit.ts'
import { budgetLine } from './watch-text.ts'

export type WatchJudged = { readonly judged: readonly JudgedBudget[]; readonly isGood: boolean }

export type WatchConclusion = {
  readonly url: string // without a password
  readonly failure: string | undefined // why it did not play to an end that was meant
  readonly figures: Readonly<Record<string, number | undefined>>
  readonly budgets: readonly Budget[]
  readonly junitFile: string | undefined
  readonly startMs: number // performance.now()
}

/** Holds what was watched against its budgets, and reports. Good is what played, to an end that was meant, within all of them.
 *  Rejects where the report cannot be written. */
export async function concludeWatch(conclusion: WatchConclusion): Promise<WatchJudged> {
  const { url, failure, figures, budgets, junitFile, startMs } = conclusion
  const judged = judgeBudgets(budgets, figures)
  if (junitFile !== undefined) {
    const plays = { name: 'plays', ...(failure === undefined ? {} : { failure }) }
    const cases: JunitCase[] = [plays, ...judged.map(budgetCase)]
    await writeFile(junitFile, junitReport(`weir watch ${url}`, (performance.now() - startMs) / 1000, cases)) // ms to s
  }
  return { judged, isGood: failure === undefined && judged.every(({ isKept }) => isKept) }
}

function budgetCase(judged: JudgedBudget): JunitCase {
  return { name: judged.budget.text, ...(judged.isKept ? {} : { failure: budgetLine(judged) }) }
}
