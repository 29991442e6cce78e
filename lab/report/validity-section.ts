import { CONTEST_MEASURES, contestOf } from '../../simulation/contest.ts'
import type { LabResults } from '../../simulation/lab-results.ts'
import { FEWEST_SEEDS, seedCount, type LabGroup } from '../../simulation/lab-statistics.ts'
import type { MeasureKey } from '../../stream/measure-table.ts'
import type { Markup } from '../svg/markup.ts'
import { kernelFigures } from './kernel-figures.ts'
import { section, sentences, table, type DrawnSide } from './page-parts.ts'
import { counted, measureOf, showValue } from './wording.ts'

/** Virtual time held against live sockets, under the same profile and seed. */
export type LiveValidation = {
  readonly madeBy: string // the command, version and day
  readonly rows: readonly {
    readonly network: string
    readonly side: string
    readonly measure: MeasureKey
    readonly virtual: number
    readonly live: number
    readonly isWithin: boolean // its bound
  }[]
}

/** How far the report can be trusted, and why no further. */
export function validitySection(
  results: LabResults,
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  live: LiveValidation | undefined,
): Markup {
  return section(
    'How far to trust this',
    sentences([
      ...seedsSaid(groups),
      ...comparisonsSaid(groups, sides),
      ...modesSaid(results),
      kernelSaid(),
      ...(live === undefined ? [notHeldAgainstLive] : [liveSaid(live)]),
    ]),
    ...(live === undefined ? [] : [liveTable(live)]),
  )
}

const notHeldAgainstLive =
  'This report was not held against live sockets. weir lab validate live does that for a sample of networks.'

function seedsSaid(groups: readonly LabGroup[]): readonly string[] {
  const counts = groups.map(seedCount)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  const range = fewest === most ? counted(fewest, 'seed') : `${fewest} to ${counted(most, 'seed')}`
  const few = counts.filter((count) => count < FEWEST_SEEDS).length
  const claim = `A difference is called sure only where the 95\u00a0% interval of the differences, paired by seed, excludes 0 under at least ${FEWEST_SEEDS} seeds.`
  const places = few === counts.length ? 'anywhere' : `in ${few} of ${counts.length} places`
  return [
    `Each network, and each cell of a grid, was run under ${range}.`,
    few === 0 ? claim : `${claim} There are too few of them ${places}.`,
    'The intervals are by Student’s t, which takes the mean of the seeds as about normal. Few seeds with rare large stalls are not: there the interval is too narrow.',
  ]
}

function comparisonsSaid(groups: readonly LabGroup[], sides: readonly DrawnSide[]): readonly string[] {
  const [first, ...others] = sides
  if (first === undefined || others.length === 0) return []
  const compared = groups.flatMap((group) =>
    others.flatMap((other) =>
      CONTEST_MEASURES.map((measure) => contestOf(group, measure, first.name, other.name).certainty),
    ),
  )
  const judged = compared.filter((certainty) => certainty === 'sure' || certainty === 'not-told-apart').length
  if (judged === 0) return []
  return [
    `${counted(judged, 'difference')} were judged, each by itself. Where there is none in truth, about one of 20 is called sure by chance.`,
  ]
}

function modesSaid({ runs, weir }: LabResults): readonly string[] {
  const live = runs.filter(({ mode }) => mode === 'live').length
  const virtual = runs.length - live
  return [
    ...(virtual === 0
      ? []
      : [
          `${counted(virtual, 'run')} in virtual time: the viewers, the link and TCP are Weir’s own, nothing else took part. The same scenario, seed and version (${weir}) give the same figures on every machine.`,
        ]),
    ...(live === 0
      ? []
      : [
          `${counted(live, 'run')} over live sockets on one machine: its own delays are in the figures, and a repetition differs a little. The link is emulated.`,
        ]),
  ]
}

function kernelSaid(): string {
  const { lines, grid, fetches } = kernelFigures
  return `TCP below HLS is modelled. Against the TCP of the Linux kernel, its goodput was off by ${percent(lines.meanErrorRatio)} on average over ${lines.count} lines (at most ${percent(lines.largestErrorRatio)}; ${lines.source}), and by ${percent(grid.meanErrorRatio)} on average over a grid of ${grid.count} (at most ${percent(grid.largestErrorRatio)}; ${grid.source}); the time of a fetch by at most ${percent(fetches.largestErrorRatio)} over ${fetches.count} kinds of them. A difference between HLS and UDP that is smaller than that is not to be relied on.`
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}\u00a0%`
}

function liveSaid({ madeBy, rows }: LiveValidation): string {
  const within = rows.filter(({ isWithin }) => isWithin).length
  return `Virtual time against live sockets: ${within} of ${counted(rows.length, 'figure')} within their bounds (${madeBy}).`
}

function liveTable({ rows }: LiveValidation): Markup {
  return table({
    caption: 'Virtual time against live sockets',
    head: ['Network', 'Side', 'Measure', 'Virtual', 'Live', 'Within its bound?'],
    rows: rows.map(({ network, side, measure, virtual, live, isWithin }) => [
      network,
      side,
      measureOf(measure).label,
      showValue(measure, virtual),
      showValue(measure, live),
      isWithin ? 'yes' : 'no',
    ]),
  })
}
