import { differenceOf, type Certainty } from './lab-statistics.ts'
import type { LabRun } from './lab-results.ts'
import { hasPicture, mapFigure, type MapMeasure } from './map-figures.ts'
import { meanOf, type Interval } from './spread.ts'

/** What a place of the map tells of one measure, over all seeds that were run there. */
export type MapCell = {
  readonly hls: CellSide
  readonly udp: CellSide
  readonly advantage: number // of HLS: positive where HLS is better, in the units of stream/measure-table.ts
  readonly interval?: Interval // of the advantage; absent: fewer than two seeds
  readonly certainty: Certainty
  readonly seeds: number
}

export type CellSide = { readonly mean: number; readonly withPicture: number } // the seeds under which a picture came

/** Which side is better; undefined while they are equal. Whether that is certain is told by the cell's `certainty`. */
export function winnerOf({ advantage }: Pick<MapCell, 'advantage'>): 'hls' | 'udp' | undefined {
  if (advantage === 0) return undefined
  return advantage > 0 ? 'hls' : 'udp'
}

/** Of the runs of one place, all as long; undefined: there are none yet. */
export function mapCell(runs: readonly LabRun[], measure: MapMeasure, seconds: number): MapCell | undefined {
  if (runs.length === 0) return undefined
  const whole = runs.map((run) => withFigures(run, measure, seconds))
  const group = { network: '', axes: {}, runs: whole }
  const { certainty, mean = 0, interval } = differenceOf(group, measure.key, 'hls', 'udp')
  const isLess = measure.better === 'less'
  return {
    hls: sideOf('hls', runs, whole, measure),
    udp: sideOf('udp', runs, whole, measure),
    advantage: isLess ? 0 - mean : mean,
    ...(interval === undefined ? {} : { interval: isLess ? { low: -interval.high, high: -interval.low } : interval }),
    certainty,
    seeds: runs.length,
  }
}

/** Each side has the figure: no picture is the worst of it. Both then count as played. */
function withFigures(run: LabRun, measure: MapMeasure, seconds: number): LabRun {
  const sides = run.sides.map((side) => ({
    ...side,
    measures: { startupMs: 0, [measure.key]: mapFigure(measure, side, seconds) },
  }))
  return { ...run, sides }
}

function sideOf(name: 'hls' | 'udp', runs: readonly LabRun[], whole: readonly LabRun[], { key }: MapMeasure): CellSide {
  const ofSide = (run: LabRun) => run.sides.filter((side) => side.name === name)
  return {
    mean: meanOf(whole.flatMap(ofSide).map(({ measures }) => measures[key] as number)),
    withPicture: runs.flatMap(ofSide).filter(hasPicture).length,
  }
}
