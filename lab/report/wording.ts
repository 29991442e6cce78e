import type { Interval } from '../../simulation/spread.ts'
import type { AxisName, PlannedRun } from '../../simulation/scenario.ts'
import { formatMeasure, MEASURES, type Measure, type MeasureKey } from '../../stream/measure-table.ts'
import { grouped } from '../svg/scale.ts'

const NO_BREAK = '\u00a0'

/** The entry of the table of measures, as one type for all. */
export function measureOf(key: MeasureKey): Measure {
  return MEASURES[key]
}

/** A value with its unit, in the table's digits: `1 059 ms`, `99.2 %`. */
export function showValue(key: MeasureKey, value: number): string {
  return withUnit(showNumber(key, value), measureOf(key).unit)
}

/** The number alone. */
export function showNumber(key: MeasureKey, value: number): string {
  return grouped(formatMeasure(key, value)).replace('-', '−')
}

/** How far apart two values are; two ratios are points apart. */
export function showDifference(key: MeasureKey, difference: number): string {
  return withUnit(showNumber(key, difference), differenceUnit(key))
}

/** The same with its sign. */
export function showSigned(key: MeasureKey, difference: number): string {
  const shown = showDifference(key, difference)
  return difference > 0 && /[1-9]/.test(shown) ? `+${shown}` : shown
}

/** `280 to 340 ms`; of what is the same in all the digits that are shown, it alone. */
export function showInterval(key: MeasureKey, { low, high }: Interval, isDifference = false): string {
  const from = showNumber(key, low)
  const to = isDifference ? showDifference(key, high) : showValue(key, high)
  return from === showNumber(key, high) ? to : `${from} to ${to}`
}

/** ` (280 to 340 ms)`; nothing where there is no interval, or one without a width in the digits that are shown. */
export function inBrackets(key: MeasureKey, interval: Interval | undefined): string {
  if (interval === undefined || showNumber(key, interval.low) === showNumber(key, interval.high)) return ''
  return ` (${showInterval(key, interval, true)})`
}

/** `310 ± 30 ms`. */
export function showMean(key: MeasureKey, mean: number, interval: Interval | undefined): string {
  if (interval === undefined) return showValue(key, mean)
  const half = showNumber(key, (interval.high - interval.low) / 2)
  return withUnit(`${showNumber(key, mean)} ± ${half}`, measureOf(key).unit)
}

/** An interval of t knows nothing of what can be: no measure that is drawn is below 0, and no ratio above 1. */
export function possible(key: MeasureKey, { low, high }: Interval): Interval {
  const most = measureOf(key).unit === '%' ? 1 : Infinity
  return { low: Math.max(0, low), high: Math.min(most, high) }
}

export function differenceUnit(key: MeasureKey): string {
  const { unit } = measureOf(key)
  return unit === '%' ? 'points' : unit
}

export function withUnit(shown: string, unit: string): string {
  return unit === '' ? shown : `${shown}${NO_BREAK}${unit}`
}

const axisWords: Readonly<Record<AxisName, { label: string; word: string; unit: string; perUnit: number }>> = {
  lossRatio: { label: 'Loss', word: 'loss', unit: '%', perUnit: 100 },
  rateBitsPerSecond: { label: 'Rate', word: 'rate', unit: 'Mbit/s', perUnit: 1 / 1_000_000 },
  oneWayDelayMs: { label: 'Delay, one way', word: 'delay', unit: 'ms', perUnit: 1 },
  meanBurstMs: { label: 'Mean burst', word: 'bursts of', unit: 'ms', perUnit: 1 },
  jitterBufferMs: { label: 'Jitter buffer', word: 'jitter buffer', unit: 'ms', perUnit: 1 },
  segmentSeconds: { label: 'Segments', word: 'segments of', unit: 's', perUnit: 1 },
}

/** `Rate, Mbit/s`. */
export function axisLabel(name: AxisName): string {
  const { label, unit } = axisWords[name]
  return `${label}, ${unit}`
}

/** A value on its axis, without the unit. */
export function axisNumber(name: AxisName, value: number): string {
  return grouped(String(Number((value * axisWords[name].perUnit).toPrecision(4))))
}

/** A cell of the grid: `loss 1 % · rate 4 Mbit/s`; nothing where there is no grid. */
export function showCell(axes: PlannedRun['axes']): string {
  const entries = Object.entries(axes) as [AxisName, number][]
  return entries
    .map(([name, value]) => {
      const { word, unit } = axisWords[name]
      return withUnit(`${word} ${axisNumber(name, value)}`, unit)
    })
    .join(' · ')
}

/** A network and its cell. */
export function showPlace(network: string, axes: PlannedRun['axes']): string {
  const cell = showCell(axes)
  return cell === '' ? network : `${network}, ${cell}`
}

/** `1 seed`, `10 seeds`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(String(count))} ${count === 1 ? one : many}`
}

/** `a`, `a and b`, `a, b and c`; of many the first ones and how many more there are. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
