import { CONTEST_MEASURES, contestOf, type ContestMeasure } from '../../simulation/contest.ts'
import { FEWEST_SEEDS, seedCount, spreadOfSide, valuesBySeed, type LabGroup } from '../../simulation/lab-statistics.ts'
import type { GridAxis } from '../../simulation/scenario.ts'
import type { MeasureKey } from '../../stream/measure-table.ts'
import { element, text, type Markup } from '../svg/markup.ts'
import { axisFigure, drawnAxes, heatMapFigure, largestDifference, shownSlices, slicesOf } from './grid-figures.ts'
import { definitionOf, measureTable } from './measure-section.ts'
import { figures, fold, foldSection, legend, paragraph, section, type DrawnSide, type Figure } from './page-parts.ts'
import { boxPlotFigure, distributionFigure } from './spread-figures.ts'
import { listed, measureOf } from './wording.ts'

const MOST_BOX_ROWS = 30
const MOST_DISTRIBUTIONS = 4 // of single networks; of more all runs are taken together

export type MeasuresSection = { readonly markup: readonly Markup[]; readonly figures: readonly Figure[] }

type Drawn = { readonly key: MeasureKey; readonly figures: readonly Figure[]; readonly leftOut: number }

/** Tables and charts of the measures. Where there is a grid the charts are over its axes and stand together; else each
 *  measure has its own beside its table. Measures that were 0 in every run are only named. */
export function measuresSection(
  keys: readonly MeasureKey[],
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  grid: readonly GridAxis[],
): MeasuresSection {
  const idle = keys.filter((key) => isNothing(key, groups, sides))
  const told = keys.filter((key) => !idle.includes(key))
  const axes = drawnAxes(grid)
  const drawn = told.map((key) => drawnOf(key, groups, sides, axes))
  const none = idle.length === 0 ? [] : [paragraph(`0 in every run: ${listed(idle.map(labelOf), 12)}.`)]
  const markup =
    axes.length === 0
      ? [
          section(
            'Measures',
            legend(sides),
            paragraph(boxesSaid, 'note'),
            ...none,
            ...drawn.map((of) => ofNetworks(of, groups, sides)),
          ),
        ]
      : [
          overGrid(drawn, sides, axes),
          foldSection('Measures', ...none, ...told.map((key) => folded(key, groups, sides))),
        ]
  return { markup, figures: drawn.flatMap((of) => of.figures) }
}

const boxesSaid =
  'Box plots: the box is from quartile to quartile with a line at the median, the line is from the least to the most; below it the mean and its 95\u00a0% interval. Distributions: the share of runs with at most this value.'

const mapsSaid =
  'The mark in a cell is the better side, the number by how much, the stronger the colour the more. Hatched: not sure. The thick line is the frontier, on which neither side is better; thin lines are those of equal difference. A measure without a difference that matters in any cell has no map.'

const linesSaid = 'Means and their 95\u00a0% intervals.'

function drawnOf(
  key: MeasureKey,
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  axes: readonly GridAxis[],
): Drawn {
  if (axes.length === 0) return { key, figures: overSeeds(key, groups, sides), leftOut: 0 }
  return { key, ...overAxes(key, groups, sides, axes) }
}

/** A measure of a run without a grid: table, charts, definition. */
function ofNetworks({ key, figures: own }: Drawn, groups: readonly LabGroup[], sides: readonly DrawnSide[]): Markup {
  return element(
    'div',
    { class: 'measure', 'data-measure': key },
    element('h3', {}, text(labelOf(key))),
    measureTable(key, groups, sides),
    ...(own.length === 0 ? [] : [figures(own)]),
    definitionOf(key),
  )
}

/** The charts of all measures over the axes: together, or where there are many a row for each measure. */
function overGrid(drawn: readonly Drawn[], sides: readonly DrawnSide[], axes: readonly GridAxis[]): Markup {
  const isSingle = drawn.every((of) => of.figures.length <= 1)
  const rows = drawn.filter((of) => of.figures.length > 0)
  const parts = isSingle
    ? [figures(rows.flatMap((of) => of.figures))]
    : rows.flatMap((of) => [element('h3', {}, text(labelOf(of.key))), figures(of.figures), ...leftOut(of)])
  return section('Over the grid', legend(sides), paragraph(axes.length === 1 ? linesSaid : mapsSaid, 'note'), ...parts)
}

function leftOut(of: Drawn): readonly Markup[] {
  return of.leftOut === 0
    ? []
    : [paragraph(`${of.leftOut} more charts are left out; their numbers are in results.csv.`, 'note')]
}

function folded(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): Markup {
  return fold(labelOf(key), definitionOf(key), measureTable(key, groups, sides))
}

function overSeeds(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): readonly Figure[] {
  const known = groups.filter((group) => seedCount(group) > 1)
  const boxes = known.length === 0 || groups.length > MOST_BOX_ROWS ? [] : [boxPlotFigure(key, groups, sides)]
  return [...boxes, ...distributions(key, groups, sides)]
}

/** Fewer seeds make no distribution. */
function distributions(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): readonly Figure[] {
  const hasValues = (group: LabGroup) => sides.some(({ name }) => valuesBySeed(group, name, key).size >= FEWEST_SEEDS)
  const enough = groups.filter((group) => seedCount(group) >= FEWEST_SEEDS && hasValues(group))
  if (enough.length === 0) return []
  if (enough.length <= MOST_DISTRIBUTIONS) {
    return enough.map((group) => distributionFigure(key, group.network, [group], sides))
  }
  return [distributionFigure(key, `all ${enough.length} networks together`, enough, sides)]
}

function overAxes(
  key: MeasureKey,
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  axes: readonly GridAxis[],
): Omit<Drawn, 'key'> {
  const [rows, columns] = axes
  if (rows === undefined) return { figures: [], leftOut: 0 }
  const slices = slicesOf(groups, axes, 2)
  const shown = shownSlices(slices)
  if (columns === undefined) {
    return { figures: shown.map((slice) => axisFigure(key, slice, rows, sides)), leftOut: slices.length - shown.length }
  }
  const measure: ContestMeasure | undefined = CONTEST_MEASURES.find((contest) => contest.key === key)
  const [first, ...others] = sides
  if (measure === undefined || first === undefined) return { figures: [], leftOut: 0 }
  const seconds = others.filter((second) => hasDifference(groups, measure, first, second))
  const maps = seconds.flatMap((second) => {
    const largest = largestDifference(groups, measure, first.name, second.name)
    return shown.map((slice) =>
      heatMapFigure({ measure, slice, columns, rows, first, second, largest, isOnlyPair: others.length === 1 }),
    )
  })
  return { figures: maps, leftOut: (slices.length - shown.length) * seconds.length }
}

function hasDifference(
  groups: readonly LabGroup[],
  measure: ContestMeasure,
  first: DrawnSide,
  second: DrawnSide,
): boolean {
  return groups.some((group) => !contestOf(group, measure, first.name, second.name).isNegligible)
}

function isNothing(key: MeasureKey, groups: readonly LabGroup[], sides: readonly DrawnSide[]): boolean {
  return groups.every((group) =>
    sides.every(({ name }) => {
      const spread = spreadOfSide(group, name, key)
      return spread === undefined || (spread.least === 0 && spread.most === 0)
    }),
  )
}

function labelOf(key: MeasureKey): string {
  return measureOf(key).label
}
