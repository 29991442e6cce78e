import type { LabRun } from './lab-results.ts'
import type { AxisName } from './scenario.ts'

/** Two sides in one measure, in one cell of one network. */
export type JudgedCell = {
  readonly network: string
  readonly axes: LabRun['axes']
  readonly ahead?: string // the side that is better beyond doubt; absent: they are not told apart here
  readonly difference?: number // of the means, always first side − second; absent: a side has none
}

/** Where along an axis two sides change places, all else the same. */
export type Crossing = {
  readonly network: string
  readonly others: LabRun['axes'] // the values of the other axes
  readonly axis: AxisName
  readonly between: { readonly low: number; readonly high: number } // the nearest cells that are told apart
  readonly at?: number // where the difference is 0, linear between the two; absent: one of them has no difference
  readonly ahead: { readonly below: string; readonly above: string }
}

/** The frontier of two sides along one axis: every place between two cells of a row in which the one and the other is ahead.
 *  Cells that are not told apart are passed over: the frontier is somewhere among them. */
export function crossings(cells: readonly JudgedCell[], axis: AxisName): readonly Crossing[] {
  return rowsAlong(cells, axis).flatMap((row) =>
    row.slice(1).flatMap((above, index) => {
      const below = row[index]
      return below === undefined || below.ahead === above.ahead ? [] : [crossingOf(below, above, axis)]
    }),
  )
}

type ToldCell = JudgedCell & { readonly ahead: string; readonly value: number }

/** Cells that are told apart and differ in the axis alone, in the order of its values. */
function rowsAlong(cells: readonly JudgedCell[], axis: AxisName): readonly (readonly ToldCell[])[] {
  const rows = new Map<string, ToldCell[]>()
  for (const cell of cells) {
    const { ahead, network } = cell
    const value = cell.axes[axis]
    if (ahead === undefined || value === undefined) continue
    const key = JSON.stringify([network, othersOf(cell, axis)])
    const row = rows.get(key) ?? []
    rows.set(key, row)
    row.push({ ...cell, ahead, value })
  }
  return [...rows.values()].map((row) => row.sort((a, b) => a.value - b.value))
}

function crossingOf(below: ToldCell, above: ToldCell, axis: AxisName): Crossing {
  const at = zeroBetween(below, above)
  return {
    network: below.network,
    others: othersOf(below, axis),
    axis,
    between: { low: below.value, high: above.value },
    ...(at === undefined ? {} : { at }),
    ahead: { below: below.ahead, above: above.ahead },
  }
}

function zeroBetween(below: ToldCell, above: ToldCell): number | undefined {
  if (below.difference === undefined || above.difference === undefined) return undefined
  const share = below.difference / (below.difference - above.difference)
  return share >= 0 && share <= 1 ? below.value + share * (above.value - below.value) : undefined // else no change of sign
}

function othersOf({ axes }: JudgedCell, axis: AxisName): LabRun['axes'] {
  return Object.fromEntries(Object.entries(axes).filter(([name]) => name !== axis))
}
