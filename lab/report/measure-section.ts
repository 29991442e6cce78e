import { contestOf, CONTEST_MEASURES, type Contest } from '../../simulation/contest.ts'
import {
  differenceOf,
  spreadOfSide,
  type Certainty,
  type Difference,
  type LabGroup,
} from '../../simulation/lab-statistics.ts'
import type { Spread } from '../../simulation/spread.ts'
import type { MeasureKey } from '../../stream/measure-table.ts'
import type { Markup } from '../svg/markup.ts'
import { paragraph, sideName, table, type Cell, type DrawnSide, type Table } from './page-parts.ts'
import { inBrackets, measureOf, showInterval, showMean, showPlace, showSigned, showValue } from './wording.ts'

/** The figures of one measure: a row for each place, a column for each side, and how the others stand to the first. */
export function measureTable(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): Markup {
  const [first, ...others] = sides
  const head: Cell[] = [
    'Network',
    ...sides.map((side) => ({ markup: sideName(side) })),
    ...others.map((other) => `${other.name} − ${first?.name ?? ''}`),
    ...(others.length === 1 ? ['Sure?'] : []),
  ]
  const rows = groups.map((group) => {
    const contests = others.map((other) => contestOrDifference(group, key, other.name, first?.name ?? ''))
    return [
      showPlace(group.network, group.axes),
      ...sides.map((side) => meanCell(key, spreadOfSide(group, side.name, key))),
      ...(contests.length === 1
        ? contests.flatMap((contest) => [differenceCell(key, contest), verdict(contest)])
        : contests.map((contest) => `${differenceCell(key, contest)}, ${verdict(contest)}`)),
    ]
  })
  return table({ caption: `${measureOf(key).label}: mean and 95\u00a0% interval`, head, rows })
}

/** Every figure of the spread, to stand beside a chart. */
export function spreadTable(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): Table {
  const rows = groups.flatMap((group) =>
    sides.flatMap((side) => {
      const spread = spreadOfSide(group, side.name, key)
      if (spread === undefined) return []
      return [[showPlace(group.network, group.axes), { markup: sideName(side) }, ...spreadCells(key, spread)]]
    }),
  )
  return {
    caption: `${measureOf(key).label} over seeds`,
    head: [
      'Network',
      'Side',
      'Seeds',
      'Mean',
      '95\u00a0% interval',
      'Least',
      'Quartile',
      'Median',
      'Quartile',
      '95 %',
      'Most',
    ],
    rows,
  }
}

function spreadCells(key: MeasureKey, spread: Spread): readonly string[] {
  const show = (value: number) => showValue(key, value)
  const { n, mean, interval, least, lowerQuartile, median, upperQuartile, p95, most } = spread
  const between = interval === undefined ? '–' : showInterval(key, interval)
  return [String(n), show(mean), between, ...[least, lowerQuartile, median, upperQuartile, p95, most].map(show)]
}

function meanCell(key: MeasureKey, spread: Spread | undefined): string {
  return spread === undefined ? '–' : showMean(key, spread.mean, spread.interval)
}

function differenceCell(key: MeasureKey, { mean, interval }: Difference): string {
  if (mean === undefined) return '–'
  return `${showSigned(key, mean)}${inBrackets(key, interval)}`
}

function contestOrDifference(
  group: LabGroup,
  key: MeasureKey,
  first: string,
  second: string,
): Difference & Partial<Contest> {
  const measure = CONTEST_MEASURES.find((contest) => contest.key === key)
  return measure === undefined ? differenceOf(group, key, first, second) : contestOf(group, measure, first, second)
}

/** In a word or two: whether the difference may be believed, and whether it matters. */
export function verdict(difference: Difference & Partial<Contest>): string {
  if (difference.isNegligible === true && difference.certainty !== 'equal') return 'no difference that matters'
  const words = verdicts[difference.certainty]
  const isSmall = difference.certainty === 'sure' && difference.matters === false
  return isSmall ? `${words}, too little to matter` : words
}

const verdicts: Readonly<Record<Certainty, string>> = {
  sure: 'sure',
  equal: 'the same',
  'not-told-apart': 'not told apart',
  'too-few-seeds': 'too few seeds',
  'unequal-play': 'only one played',
  nothing: '–',
}

/** What the measure is, and whether it was measured or modelled. */
export function definitionOf(key: MeasureKey): Markup {
  const { definition, kind, source } = measureOf(key)
  return paragraph(`${definition} (${kind}; ${source})`, 'note')
}
