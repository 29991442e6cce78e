import { winnerOf, type MapCell } from '../simulation/map-cell.ts'
import type { MapMeasure } from '../simulation/map-figures.ts'
import { formatMeasure, MEASURES } from '../stream/measure-table.ts'
import type { MapJob, MapPlace } from './map-job.ts'
import type { MapShown } from './what-if-settings.ts'
import { whatIfWords } from './words.ts'

/** How a place of the map is drawn. Colour and shape say the same. */
export type DrawnCell = {
  readonly tone: 'hls' | 'udp' | 'even' | 'none' // none: nothing is known yet, not even beside it
  readonly step: 0 | 1 | 2 | 3 | 4 // of the tone
  readonly isGuess: boolean // no run has come: drawn as the nearest place that has one
  readonly isUndecided: boolean // by its seeds the sides cannot be told apart
  readonly text: string // the figure, without its unit
  readonly label: string // all of it in words
}

export const STEPS = [1, 2, 3, 4] as const

const EVEN = 0.02 // of the full difference: nobody would see it

export function drawnCell(job: MapJob, place: MapPlace, measure: MapMeasure, shown: MapShown): DrawnCell {
  const cell = job.cellAt(place, measure)
  if (cell !== undefined) return { ...toneOf(cell, measure, shown), ...saidOf(cell, measure, shown), isGuess: false }
  const near = nearestKnown(job, place, measure)
  const tone = near === undefined ? ({ tone: 'none', step: 0 } as const) : toneOf(near, measure, shown)
  return { ...tone, isGuess: true, isUndecided: false, text: '', label: whatIfWords.notRun }
}

/** Of the coarser maps, which are there before. */
function nearestKnown(job: MapJob, { column, row }: MapPlace, measure: MapMeasure): MapCell | undefined {
  for (const step of [2, 4]) {
    const near = { column: Math.round(column / step) * step, row: Math.round(row / step) * step }
    const cell = job.cellAt(near, measure)
    if (cell !== undefined) return cell
  }
  return undefined
}

function toneOf(cell: MapCell, measure: MapMeasure, shown: MapShown): Pick<DrawnCell, 'tone' | 'step'> {
  const { emptyValue = 0, fullValue } = measure
  if (shown !== 'winner') {
    return { tone: shown, step: stepOf((cell[shown].mean - emptyValue) / (fullValue - emptyValue)) }
  }
  const share = Math.abs(cell.advantage) / measure.fullDifference
  const winner = winnerOf(cell)
  return winner === undefined || share < EVEN ? { tone: 'even', step: 0 } : { tone: winner, step: stepOf(share) }
}

function stepOf(share: number): DrawnCell['step'] {
  return Math.ceil(Math.min(1, Math.max(0, share)) * STEPS.length) as DrawnCell['step']
}

function saidOf(
  cell: MapCell,
  measure: MapMeasure,
  shown: MapShown,
): Pick<DrawnCell, 'isUndecided' | 'text' | 'label'> {
  const value = shown === 'winner' ? Math.abs(cell.advantage) : cell[shown].mean
  return {
    isUndecided: shown === 'winner' && cell.certainty === 'not-told-apart',
    text: shown === 'winner' && soleSide(cell) !== undefined ? '' : formatMeasure(measure.key, value),
    label: [verdict(cell, measure), ...sidesSaid(cell, measure), whatIfWords.seeds(cell.seeds)].join(' · '),
  }
}

/** Who is better and by how much. */
export function verdict(cell: MapCell, measure: MapMeasure): string {
  const sole = soleSide(cell)
  if (sole !== undefined) return whatIfWords.sole[sole]
  const winner = winnerOf(cell)
  const by = differenceText(measure, Math.abs(cell.advantage))
  if (winner === undefined) return whatIfWords.even(by)
  if (cell.certainty === 'not-told-apart') return whatIfWords.notToldApart(by)
  return whatIfWords.better[winner](by)
}

/** Of sides one of which, or both, showed nothing under any seed: a difference in numbers would say little. */
function soleSide({ hls, udp }: MapCell): 'hls' | 'udp' | 'neither' | undefined {
  if (hls.withPicture > 0 && udp.withPicture > 0) return undefined
  if (hls.withPicture === udp.withPicture) return 'neither'
  return hls.withPicture > 0 ? 'hls' : 'udp'
}

function sidesSaid(cell: MapCell, measure: MapMeasure): readonly string[] {
  return (['hls', 'udp'] as const).map((side) => whatIfWords.sideSays[side](sideFigure(cell, measure, side)))
}

/** A side's mean; where no picture came under any seed, that. */
export function sideFigure(cell: MapCell, measure: MapMeasure, side: 'hls' | 'udp'): string {
  const { mean, withPicture } = cell[side]
  return withPicture === 0 ? whatIfWords.noPicture : withUnit(measure, mean)
}

/** Of two shares in points, which no share of one of them is taken for. */
export function differenceText(measure: MapMeasure, difference: number): string {
  if (MEASURES[measure.key].unit !== '%') return withUnit(measure, difference)
  return `${formatMeasure(measure.key, difference)} ${whatIfWords.points}`
}

export function withUnit({ key }: MapMeasure, value: number): string {
  const { unit } = MEASURES[key]
  return unit === '' ? formatMeasure(key, value) : `${formatMeasure(key, value)} ${unit}`
}

/** For a legend, whose numbers are round. */
export function roundText(text: string): string {
  return text.replace(/\.0+(?= |$)/, '')
}
