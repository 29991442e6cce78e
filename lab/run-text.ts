import type { Scenario } from '../simulation/scenario.ts'
import { formatMeasure, MEASURES, type MeasureKey } from '../stream/measure-table.ts'
import { budgetLine } from './lab-verdict.ts'
import type { JudgedLabBudget } from '../simulation/lab-budget.ts'
import type { RunMeans } from './run-means.ts'

const SHOWN: readonly MeasureKey[] = [
  'startupMs',
  'stallRatio',
  'freezeRatio',
  'intactFrameRatio',
  'shownBitsPerSecond',
  'behindMsP50',
]
const MOST_ROWS = 60

/** What `weir lab run` prints at its end: a few means of each side on each network, then every budget. */
export function runTable(scenario: Scenario, means: RunMeans, judged: readonly JudgedLabBudget[]): readonly string[] {
  const head = ['network', 'side', ...SHOWN.map((key) => headOf(key))]
  const rows = scenario.networks.flatMap(({ name }) => {
    return scenario.sides.map((side) => [
      name,
      side.name,
      ...SHOWN.map((key) => shown(key, means.mean(name, side.name, key))),
    ])
  })
  const left = rows.length > MOST_ROWS ? [`… and ${rows.length - MOST_ROWS} more rows, see results.csv`] : []
  return [...alignedLines([head, ...rows.slice(0, MOST_ROWS)]), ...left, ...judged.map(budgetLine)]
}

function headOf(key: MeasureKey): string {
  const { label, unit } = MEASURES[key]
  return unit === '' ? label : `${label}, ${unit}`
}

function shown(key: MeasureKey, mean: number | undefined): string {
  return mean === undefined ? '–' : formatMeasure(key, mean)
}

/** Numbers to the right, names to the left. */
function alignedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
