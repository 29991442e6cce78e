import { seedCount, type LabGroup } from '../../simulation/lab-statistics.ts'
import { recommend } from '../../simulation/recommendation.ts'
import type { GridAxis } from '../../simulation/scenario.ts'
import { heatMap, type HeatCell } from '../svg/heat-map.ts'
import { cellKey, drawnAxes, shownSlices, slicesOf, type GridSlice } from './grid-figures.ts'
import type { DrawnSide, Figure } from './page-parts.ts'
import { axisLabel, axisNumber, counted, listed, measureOf, showCell } from './wording.ts'

/** What to choose over the first two axes, a map for each value of the further ones; none where there is no such grid. */
export function choiceMaps(
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  grid: readonly GridAxis[],
): readonly Figure[] {
  const axes = drawnAxes(grid)
  const [rows, columns] = axes
  if (rows === undefined || columns === undefined) return []
  return shownSlices(slicesOf(groups, axes, 2)).map((slice) => choiceMap(slice, rows, columns, sides))
}

function choiceMap(slice: GridSlice, rows: GridAxis, columns: GridAxis, sides: readonly DrawnSide[]): Figure {
  const names = sides.map(({ name }) => name)
  const judged = slice.groups.map((group) => ({ group, recommendation: recommend(group, names) }))
  const ascending = ({ values }: GridAxis) => [...new Set(values)].toSorted((a, b) => a - b)
  const byCell = new Map(judged.map((of) => [cellKey(of.group, rows, columns), of]))
  const at = (row: number, column: number) => byCell.get(`${row} ${column}`)
  const name = slice.name === '' ? 'What to choose' : `What to choose, ${slice.name}`
  return {
    title: name,
    drawing: heatMap({
      columns: ascending(columns).map((value) => axisNumber(columns.name, value)),
      rows: ascending(rows).map((value) => axisNumber(rows.name, value)),
      cells: ascending(rows).map((row) => ascending(columns).map((column) => cellOf(at(row, column), sides))),
      columnsLabel: axisLabel(columns.name),
      rowsLabel: axisLabel(rows.name),
      showLevel: String, // there are no levels
      label: `${name}, over ${axisLabel(columns.name)} and ${axisLabel(rows.name)}`,
    }),
    table: {
      caption: name,
      head: ['Cell', 'Choice', 'Sure?'],
      rows: judged.map(({ group, recommendation: { choices, isSure } }) => [
        showCell(group.axes),
        choices.length === 0 ? 'none' : listed(choices),
        isSure ? 'sure' : 'not sure',
      ]),
    },
    plotted: {
      chart: 'choice-map',
      measure: 'choice',
      network: slice.network,
      rest: slice.rest,
      cells: judged.map(({ group, recommendation: { choices, isSure } }) => ({ axes: group.axes, choices, isSure })),
    },
  }
}

type Judged = { readonly group: LabGroup; readonly recommendation: ReturnType<typeof recommend> }

function cellOf(judged: Judged | undefined, sides: readonly DrawnSide[]): HeatCell {
  if (judged === undefined) return { strength: 0, isHatched: true, shown: '', said: 'not run' }
  const { group, recommendation } = judged
  const { choices, reasons, isSure } = recommendation
  const [choice] = choices
  const style = choices.length === 1 ? sides.find(({ name }) => name === choice)?.style : undefined
  const why = [...new Set(reasons.map(({ measure }) => measureOf(measure).label))]
  const words = choices.length === 0 ? 'nobody played' : listed(choices)
  return {
    ...(style === undefined ? {} : { style }),
    strength: 0.6,
    isHatched: !isSure,
    shown: '',
    said: `${showCell(group.axes)}: ${words}${why.length === 0 ? '' : ` for ${listed(why)}`}, ${isSure ? 'sure' : 'not sure'}, ${counted(seedCount(group), 'seed')}`,
  }
}
