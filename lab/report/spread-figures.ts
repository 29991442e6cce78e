import { spreadOfSide, valuesBySeed, type LabGroup } from '../../simulation/lab-statistics.ts'
import { distributionOf, type Interval, type SharePoint, type Spread } from '../../simulation/spread.ts'
import type { MeasureKey } from '../../stream/measure-table.ts'
import { boxPlot, type Box } from '../svg/box-plot.ts'
import { lineChart } from '../svg/line-chart.ts'
import { spreadTable } from './measure-section.ts'
import type { DrawnSide, Figure } from './page-parts.ts'
import { counted, measureOf, possible, showPlace, showValue } from './wording.ts'

/** How the runs of each place spread, side by side. */
export function boxPlotFigure(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): Figure {
  const boxes = groups.flatMap((group) =>
    sides.flatMap(({ name }) => {
      const spread = spreadOfSide(group, name, key)
      return spread === undefined ? [] : [{ network: group.network, axes: group.axes, side: name, spread }]
    }),
  )
  const rows = groups.map((group) => ({
    label: showPlace(group.network, group.axes),
    boxes: sides.map((side) => boxOf(key, group, side)),
  }))
  const { label } = measureOf(key)
  return {
    title: `${label} over seeds`,
    drawing: boxPlot(rows, axisOf(key), `${label} over seeds, box plots by network and side`),
    table: spreadTable(key, groups, sides),
    plotted: { chart: 'box-plot', measure: key, boxes },
  }
}

function boxOf(key: MeasureKey, group: LabGroup, { name, style }: DrawnSide): Box | undefined {
  const spread = spreadOfSide(group, name, key)
  if (spread === undefined) return undefined
  const place = showPlace(group.network, group.axes)
  const said = `${place}, ${name}: median ${showValue(key, spread.median)}, quartiles ${showValue(key, spread.lowerQuartile)} and ${showValue(key, spread.upperQuartile)}, ${showValue(key, spread.least)} to ${showValue(key, spread.most)}, mean ${showValue(key, spread.mean)}, ${counted(spread.n, 'seed')}`
  return { style, spread: shownSpread(key, spread), said }
}

const FEWEST_DRAWN = 3 // the interval of two values is so wide that it would be all of the chart

/** In the unit that is shown. */
function shownSpread(key: MeasureKey, { n, interval, ...figures }: Spread): Spread {
  const { perUnit } = measureOf(key)
  const shown = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value * perUnit]))
  const between = interval === undefined || n < FEWEST_DRAWN ? {} : { interval: shownInterval(key, interval) }
  return { n, ...(shown as Omit<Spread, 'n' | 'interval'>), ...between }
}

/** In the unit that is shown, as far as it can be. */
export function shownInterval(key: MeasureKey, interval: Interval): Interval {
  const { low, high } = possible(key, interval)
  const { perUnit } = measureOf(key)
  return { low: low * perUnit, high: high * perUnit }
}

/** Which share of the runs was at most so high: of one place, or of all places together. */
export function distributionFigure(
  key: MeasureKey,
  name: string,
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
): Figure {
  const { label, perUnit } = measureOf(key)
  const lines = sides.map((side) => {
    const values = groups.flatMap((group) => [...valuesBySeed(group, side.name, key).values()])
    return { side, points: distributionOf(values), count: values.length }
  })
  const plotted = lines.map(({ side, points }) => ({ side: side.name, points }))
  return {
    title: `${label}: distribution`,
    note: name,
    drawing: lineChart({
      lines: lines
        .filter(({ points }) => points.length > 0)
        .map(({ side, points }) => ({ style: side.style, isStepped: true, points: stepsOf(points, perUnit) })),
      xLabel: axisOf(key),
      yLabel: 'Runs, %',
      yValues: [0, 100],
      label: `${label}, distribution over the runs of ${name}`,
    }),
    table: {
      caption: `${label}: share of runs at most so high`,
      head: ['Side', 'Value', 'Share of runs'],
      rows: lines.flatMap(({ side, points }) => thinned(points).map((point) => distributionRow(key, side.name, point))),
    },
    plotted: { chart: 'distribution', measure: key, of: name, lines: plotted },
  }
}

function stepsOf(points: readonly SharePoint[], perUnit: number): readonly { x: number; y: number }[] {
  const start = points[0] === undefined ? [] : [{ x: points[0].value * perUnit, y: 0 }]
  return [...start, ...points.map(({ value, share }) => ({ x: value * perUnit, y: share * 100 }))]
}

function thinned(points: readonly SharePoint[]): readonly SharePoint[] {
  const stride = Math.ceil(points.length / 20)
  return points.filter((_, index) => index % stride === 0 || index === points.length - 1)
}

function distributionRow(key: MeasureKey, side: string, { value, share }: SharePoint): readonly string[] {
  return [side, showValue(key, value), `${(share * 100).toFixed(0)}\u00a0%`]
}

/** `Startup, ms`. */
export function axisOf(key: MeasureKey): string {
  const { label, unit } = measureOf(key)
  return unit === '' ? label : `${label}, ${unit}`
}
