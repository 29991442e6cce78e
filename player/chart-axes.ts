import type uPlot from 'uplot'
import type { Plot } from './chart-figures.ts'
import type { Paint } from './chart-paint.ts'
import { formatTime } from './format.ts'

const LABELS_PIXELS = 64 // the same for every plot, so that one moment stands below the other
const TIMES_PIXELS = 22
const STEPS_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]
const LEAST_STEP_PIXELS = 64

/** Time: a grid in every plot, words below the last one only. */
export function xAxis(paint: () => Paint, saysTimes: boolean): uPlot.Axis {
  return {
    ...common(paint),
    size: saysTimes ? TIMES_PIXELS : 0,
    space: LEAST_STEP_PIXELS,
    incrs: STEPS_SECONDS,
    ticks: { show: false },
    gap: 4,
    values: (_chart, splits, _axis, _space, step) =>
      saysTimes ? splits.map((seconds) => formatMoment(seconds, step < 1 ? 1 : 0)) : splits.map(() => null),
  }
}

/** Nothing, half and the top; or the names of the rows. */
export function yAxis(paint: () => Paint, plot: Plot): uPlot.Axis {
  const axis = { ...common(paint), size: LABELS_PIXELS, ticks: { show: false }, gap: 8 }
  if (plot.kind === 'lines') {
    return { ...axis, splits: (_chart, _axis, least, most) => [least, (least + most) / 2, most] }
  }
  const { rows } = plot
  return {
    ...axis,
    grid: { show: false },
    splits: () => rows.map((_row, index) => rows.length - index - 0.5), // the first on top
    values: () => rows.map(({ label }) => label),
  }
}

/** A moment of the run: 0:31, with a decimal 0:31.2. */
export function formatMoment(seconds: number, decimals: 0 | 1): string {
  const sign = seconds < 0 ? '−' : ''
  const tenths = Math.round(Math.abs(seconds) * 10)
  return `${sign}${formatTime(tenths / 10)}${decimals === 0 ? '' : `.${tenths % 10}`}`
}

function common(paint: () => Paint): uPlot.Axis {
  return {
    stroke: () => paint().colours.muted,
    font: paint().font,
    grid: { stroke: () => paint().colours.grid, width: 1 },
  }
}
