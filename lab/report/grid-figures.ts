import { contestOf, isClaim, leastThatMatters, type Contest, type ContestMeasure } from '../../simulation/contest.ts'
import { spreadOfSide, type LabGroup } from '../../simulation/lab-statistics.ts'
import type { GridAxis } from '../../simulation/scenario.ts'
import type { MeasureKey } from '../../stream/measure-table.ts'
import { heatMap, type HeatCell } from '../svg/heat-map.ts'
import { lineChart, type LinePoint } from '../svg/line-chart.ts'
import type { DrawnSide, Figure } from './page-parts.ts'
import { spreadTable, verdict } from './measure-section.ts'
import { axisOf, shownInterval } from './spread-figures.ts'
import {
  axisLabel,
  axisNumber,
  counted,
  measureOf,
  showCell,
  showDifference,
  showInterval,
  showNumber,
  showPlace,
  showSigned,
  showValue,
} from './wording.ts'

/** A network's groups that differ in these axes alone; `rest` are the values of the further ones. */
export type GridSlice = {
  readonly network: string
  readonly rest: LabGroup['axes']
  readonly name: string // what sets it apart from the other slices; empty: there is only one
  readonly groups: readonly LabGroup[]
}

/** The axes that are drawn: those with more than one value. */
export function drawnAxes(grid: readonly GridAxis[]): readonly GridAxis[] {
  return grid.filter(({ values }) => new Set(values).size > 1)
}

/** One slice for each network and each value of the axes beyond the first `count` that are drawn. */
export function slicesOf(groups: readonly LabGroup[], axes: readonly GridAxis[], count: number): readonly GridSlice[] {
  const further = axes.slice(count).map(({ name }) => name)
  const slices = new Map<string, { network: string; rest: LabGroup['axes']; groups: LabGroup[] }>()
  for (const group of groups) {
    const rest = Object.fromEntries(further.map((name) => [name, group.axes[name]])) as LabGroup['axes']
    const key = JSON.stringify([group.network, rest])
    const slice = slices.get(key)
    if (slice === undefined) slices.set(key, { network: group.network, rest, groups: [group] })
    else slice.groups.push(group)
  }
  const isOneNetwork = new Set(groups.map(({ network }) => network)).size === 1
  return [...slices.values()].map((slice) => ({
    ...slice,
    name: isOneNetwork ? showCell(slice.rest) : showPlace(slice.network, slice.rest),
  }))
}

const MOST_CHARTS = 12 // of one measure
const MOST_CELLS = 4000 // in all of these

/** The first slices, as many as a page has room for. */
export function shownSlices(slices: readonly GridSlice[]): readonly GridSlice[] {
  let cells = 0
  return slices.slice(0, MOST_CHARTS).filter(({ groups }) => (cells += groups.length) <= MOST_CELLS)
}

/** One axis: the mean of each side and its interval, over the values of the axis. */
export function axisFigure(key: MeasureKey, slice: GridSlice, axis: GridAxis, sides: readonly DrawnSide[]): Figure {
  const { label, perUnit } = measureOf(key)
  const titled = slice.name === '' ? label : `${label}, ${slice.name}`
  const lines = sides.map((side) => {
    const points = slice.groups.flatMap((group): LinePoint[] => {
      const spread = spreadOfSide(group, side.name, key)
      const x = group.axes[axis.name]
      if (spread === undefined || x === undefined) return []
      const { mean, interval } = spread
      const between = interval === undefined ? {} : shownInterval(key, interval)
      const said = `${showPlace(group.network, group.axes)}, ${side.name}: mean ${showValue(key, mean)}, ${counted(spread.n, 'seed')}`
      return [{ x, y: mean * perUnit, ...between, said }]
    })
    return { side, points: points.toSorted((a, b) => a.x - b.x) }
  })
  const ticks = axis.values.toSorted((a, b) => a - b).map((value) => ({ value, label: axisNumber(axis.name, value) }))
  return {
    title: titled,
    drawing: lineChart({
      lines: lines.map(({ side, points }) => ({ style: side.style, points })),
      xLabel: axisLabel(axis.name),
      yLabel: axisOf(key),
      xTicks: ticks,
      label: `${titled}, over ${axisLabel(axis.name)}`,
    }),
    table: spreadTable(key, slice.groups, sides),
    plotted: {
      chart: 'line',
      measure: key,
      network: slice.network,
      axis: axis.name,
      lines: lines.map(({ side, points }) => ({
        side: side.name,
        points: points.map(({ x, y }) => ({ x, mean: y / perUnit })),
      })),
    },
  }
}

type MapOf = {
  readonly measure: ContestMeasure
  readonly slice: GridSlice
  readonly columns: GridAxis
  readonly rows: GridAxis
  readonly first: DrawnSide
  readonly second: DrawnSide
  readonly largest: number // difference that any map of this measure shows
  readonly isOnlyPair: boolean // else the sides are named
}

/** The largest difference of means, so that all maps of a measure have one scale of colours; at least what matters. */
export function largestDifference(
  groups: readonly LabGroup[],
  measure: ContestMeasure,
  first: string,
  second: string,
): number {
  return groups.reduce((largest, group) => {
    const { mean = 0 } = contestOf(group, measure, first, second)
    const least = leastThatMatters(group, measure, [first, second])
    return Math.max(largest, least, Math.abs(mean))
  }, 0)
}

/** Two axes: who is better in each cell and by how much. */
export function heatMapFigure(of: MapOf): Figure {
  const { measure, slice, columns, rows, first, second } = of
  const { key } = measure
  const { perUnit } = measureOf(key)
  const contests = slice.groups.map((group) => ({ group, contest: contestOf(group, measure, first.name, second.name) }))
  const byCell = new Map(contests.map((place) => [cellKey(place.group, rows, columns), place]))
  const at = (row: number, column: number) => byCell.get(`${row} ${column}`)
  const columnValues = ascending(columns.values)
  const rowValues = ascending(rows.values)
  const unitSaid = axisOf(key)
  const placed = slice.name === '' ? unitSaid : `${unitSaid}, ${slice.name}`
  const titled = of.isOnlyPair ? placed : `${placed}: ${first.name} or ${second.name}`
  return {
    title: titled,
    drawing: heatMap({
      columns: columnValues.map((value) => axisNumber(columns.name, value)),
      rows: rowValues.map((value) => axisNumber(rows.name, value)),
      cells: rowValues.map((row) => columnValues.map((column) => cellOf(of, at(row, column)))),
      columnsLabel: axisLabel(columns.name),
      rowsLabel: axisLabel(rows.name),
      showLevel: (level) => showDifference(key, Math.abs(level) / perUnit),
      label: `${titled}: who is better by how much, over ${axisLabel(columns.name)} and ${axisLabel(rows.name)}`,
    }),
    table: contestTable(
      measure,
      contests.map(({ group, contest }) => ({ place: showCell(group.axes), contest })),
    ),
    plotted: {
      chart: 'heat-map',
      measure: key,
      network: slice.network,
      rest: slice.rest,
      first: first.name,
      second: second.name,
      cells: contests.map(({ group, contest }) => ({ axes: group.axes, ...plottedContest(contest) })),
    },
  }
}

/** Where a group lies in a map. */
export function cellKey({ axes }: LabGroup, rows: GridAxis, columns: GridAxis): string {
  return `${axes[rows.name]} ${axes[columns.name]}`
}

function plottedContest({
  mean,
  interval,
  certainty,
  winner,
  matters,
  pairs,
}: Contest): Readonly<Record<string, unknown>> {
  return { difference: mean, interval, certainty, winner, matters, pairs }
}

type Place = { readonly group: LabGroup; readonly contest: Contest }

/** Its level is above 0 where the first side is better, and the largest there is where only one of them played. */
function cellOf({ measure, first, second, largest }: MapOf, place: Place | undefined): HeatCell {
  if (place === undefined) return { strength: 0, isHatched: true, shown: '', said: 'not run' }
  const { contest, group } = place
  const { winner, mean, certainty, isNegligible } = contest
  const said = `${showCell(group.axes)}: ${saidOf(measure.key, contest)}`
  if (mean === undefined && winner === undefined) return { strength: 0, isHatched: true, shown: '–', said }
  const isOnly = certainty === 'unequal-play' || mean === undefined
  const size = isOnly ? largest : Math.abs(mean)
  const level = (winner === 'first' ? size : winner === 'second' ? -size : 0) * measureOf(measure.key).perUnit
  const style = winner === 'first' ? first.style : second.style
  const isNobodys = winner === undefined || isNegligible
  return {
    ...(isNobodys ? {} : { style }),
    strength: size / (largest || 1),
    isHatched: !isNegligible && !isClaim(contest),
    shown: isOnly ? 'only' : showNumber(measure.key, size),
    level,
    said,
  }
}

function saidOf(key: MeasureKey, contest: Contest): string {
  const { first, second, winner, mean, interval } = contest
  if (winner === undefined) return verdict(contest)
  const better = winner === 'first' ? first : second
  if (mean === undefined) return `only ${better} played`
  const between = interval === undefined ? '' : ` (${first} − ${second}: ${showInterval(key, interval, true)})`
  return `${better} is better by ${showDifference(key, Math.abs(mean))}${between}, ${verdict(contest)}, ${counted(contest.pairs, 'seed')}`
}

function contestTable({ key }: ContestMeasure, rows: readonly { readonly place: string; readonly contest: Contest }[]) {
  return {
    caption: `${measureOf(key).label}: differences by cell`,
    head: ['Cell', 'Difference', '95\u00a0% interval', 'Better', 'Sure?'],
    rows: rows.map(({ place, contest }) => {
      const { mean, interval, winner, first, second } = contest
      return [
        place,
        mean === undefined ? '–' : showSigned(key, mean),
        interval === undefined ? '–' : showInterval(key, interval, true),
        winner === undefined ? '–' : winner === 'first' ? first : second,
        verdict(contest),
      ]
    }),
  }
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].toSorted((a, b) => a - b)
}
