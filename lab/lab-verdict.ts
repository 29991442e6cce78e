import type { AxisName } from '../simulation/scenario.ts'
import { junitReport, type JunitCase } from './junit.ts'
import type { JudgedLabBudget, JudgedRun } from '../simulation/lab-budget.ts'
import type { JudgedLabBudget as ReportedBudget } from './report.ts'

/** A budget's name, with the side where it names none. */
export function budgetName({ text, side }: JudgedLabBudget): string {
  return side === undefined ? text : `${text} (${side})`
}

/** As the report tells it. */
export function reportedBudget(judged: JudgedLabBudget): ReportedBudget {
  const { isKept, worst } = judged
  return { text: budgetName(judged), isKept, value: budgetValue(judged), ...(worst === undefined ? {} : { worst }) }
}

/** `0.0213 against 0.01`. */
export function budgetValue({ value, limit }: Pick<JudgedRun, 'value' | 'limit'>): string {
  return `${shown(value)} against ${shown(limit)}`
}

/** `0.0213 against 0.01; 3 of 10 runs beyond it, the worst on lte, lossRatio 0.02, seed 7: 0.05 against 0.01`. */
export function budgetFigures(judged: JudgedLabBudget): string {
  const { runs, brokenRuns, worst } = judged
  const broken = brokenRuns === 0 ? `${runs} runs` : `${brokenRuns} of ${runs} runs beyond it`
  const at = worst === undefined ? '' : `, the worst on ${placeOf(worst)}: ${budgetValue(worst)}`
  return `${budgetValue(judged)}; ${broken}${at}`
}

/** `✗ stallRatio < 0.01 (hls): 0.0213 against …`. */
export function budgetLine(judged: JudgedLabBudget): string {
  return `${judged.isKept ? '✓' : '✗'} ${budgetName(judged)}: ${budgetFigures(judged)}`
}

/** `lte, lossRatio 0.02, seed 7`. */
export function placeOf({ network, axes, seed }: Pick<JudgedRun, 'network' | 'axes' | 'seed'>): string {
  const cell = (Object.entries(axes) as readonly (readonly [AxisName, number])[]).map(
    ([name, value]) => `${name} ${value}`,
  )
  return [network, ...cell, `seed ${seed}`].join(', ')
}

/** A case a budget, and one for the runs themselves. */
export function labJunit(scenario: string, seconds: number, runs: number, judged: readonly JudgedLabBudget[]): string {
  const all: JunitCase = { name: `${runs} runs` }
  const budgets = judged.map((one) => ({
    name: budgetName(one),
    ...(one.isKept ? {} : { failure: budgetFigures(one) }),
  }))
  return junitReport(`weir lab run ${scenario}`, seconds, [all, ...budgets])
}

function shown(value: number | undefined): string {
  return value === undefined ? 'nothing measured' : String(Number(value.toPrecision(6)))
}
