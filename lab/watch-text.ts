import type { JudgedBudget } from './budget.ts'
import type { WatchFigures, WatchMeasure } from './watch-figures.ts'

/** What `weir watch` tells while it watches, on one line. */
export function watchLine(
  figures: WatchFigures,
  { positionSeconds, bufferMs }: { positionSeconds: number; bufferMs: number },
): string {
  const { bitrateBitsPerSecond = 0, lostPackets = 0, expectedPackets = 0, missingPackets = 0, jitterMs = 0 } = figures
  const { damagedFrames, frozenFrames, intactFrames, repairedPackets = 0, freezeMs } = figures
  const isSoundAlone = figures.startupMs !== undefined && intactFrames === undefined
  const pictures = isSoundAlone
    ? ['no pictures']
    : [
        `frames ${intactFrames ?? 0} intact ${damagedFrames ?? 0} damaged ${frozenFrames ?? 0} frozen`,
        `frozen ${((freezeMs ?? 0) / 1000).toFixed(1)} s`,
      ]
  return [
    `${positionSeconds.toFixed(1)} s`,
    `${(bitrateBitsPerSecond / 1e6).toFixed(2)} Mbit/s`,
    `lost ${lostPackets} of ${expectedPackets}${repairedPackets > 0 ? `, ${repairedPackets} repaired` : ''}, ${missingPackets} missing`,
    ...pictures,
    `jitter ${jitterMs.toFixed(1)} ms`,
    `buffer ${Math.round(bufferMs)} ms`,
  ].join('  ')
}

/** All figures at the end, a line each; then the budgets. */
export function watchTable(
  measures: readonly WatchMeasure[],
  figures: Readonly<Record<string, number | undefined>>,
  judged: readonly JudgedBudget[],
): string[] {
  const rows = measures.map(({ name, unit, means }) => [name, shown(figures[name]), unit, means])
  const lines = aligned(rows)
  return judged.length === 0 ? lines : [...lines, '', ...judged.map(budgetLine)]
}

export function budgetLine({ budget, value, isKept }: JudgedBudget): string {
  return `${isKept ? '✓' : '✗'} ${budget.text}: ${shown(value)}`
}

/** As many digits as count. */
function shown(value: number | undefined): string {
  if (value === undefined) return 'none'
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}

/** Numbers end below each other. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const [nameWidth, valueWidth, unitWidth] = [width(0), width(1), width(2)]
  return rows.map(([name = '', value = '', unit = '', means = '']) =>
    [name.padEnd(nameWidth), value.padStart(valueWidth), unit.padEnd(unitWidth), means].join('  '),
  )
}
