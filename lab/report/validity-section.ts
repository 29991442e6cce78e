import { CONTEST_MEASURES, contestOf } from '../../simulation/contest.ts'
import type { LabResults } from '../../simulation/lab-results.ts'
import { FEWEST_SEEDS, seedCount, type LabGroup } from '../../simulation/lab-statistics.ts'
import type { Markup } from '../svg/markup.ts'
import { kernelFigures } from './kernel-figures.ts'
import { section, sentences, table, type DrawnSide } from './page-parts.ts'
import { shownFigure } from '../validate-live-text.ts'
import type { LiveCell } from '../validate-live.ts'
import { counted } from './wording.ts'

/** How far the report can be trusted, and why no further. */
export function validitySection(
  results: LabResults,
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  live: readonly LiveCell[] | undefined,
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
  'None of these runs was held against live sockets: --check-live does that for a sample of them, where the video can be played; weir lab validate live for the presets.'

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

function liveSaid(cells: readonly LiveCell[]): string {
  const counted = cells.filter(({ restless }) => restless === undefined)
  const checks = counted.flatMap((cell) => cell.checks)
  const within = checks.filter(({ holds }) => holds).length
  const left = cells.length - counted.length
  const said = `${counted.length} of these runs were made over live sockets, too, under the same seed: ${within} of ${checks.length} figures are within the bounds of weir lab validate live.`
  return left === 0 ? said : `${said} ${left} more do not count: the machine had too much to do.`
}

function liveTable(cells: readonly LiveCell[]): Markup {
  return table({
    caption: 'Virtual time against live sockets',
    head: ['Network', 'Seed', 'Side', 'Figure', 'Virtual', 'Live', 'Allowed difference', 'Within?'],
    rows: cells.flatMap(({ network, axes, seed, checks, restless }) =>
      checks.map((check) => [
        [network, ...Object.entries(axes).map(([name, value]) => `${name} ${value}`)].join(', '),
        String(seed),
        check.side,
        check.what,
        shownFigure(check, check.virtual),
        shownFigure(check, check.live),
        shownFigure(check, check.allowed),
        restless === undefined ? (check.holds ? 'yes' : 'no') : 'does not count',
      ]),
    ),
  })
}
