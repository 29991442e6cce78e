import type { MeasureKey } from '../stream/measure-table.ts'
import type { LabSide } from './lab-results.ts'

/** A measure of which a map can be drawn. */
export type MapMeasure = {
  readonly key: MeasureKey
  readonly better: 'more' | 'less'
  readonly fullDifference: number // that far apart, one side wins as clearly as the map can show
  readonly emptyValue?: number // of one side alone: no colour up to here; absent: 0
  readonly fullValue: number // and as strong a colour as there is from here on
}

/** In the units of stream/measure-table.ts. Bytes are none of them: what is fetched beyond the end of a run is cut off
 *  (video-start.ts). */
export const MAP_MEASURES: readonly MapMeasure[] = [
  { key: 'freezeRatio', better: 'less', fullDifference: 0.2, fullValue: 0.5 },
  { key: 'intactFrameRatio', better: 'more', fullDifference: 0.5, emptyValue: 0.5, fullValue: 1 },
  { key: 'presentedFrameRatio', better: 'more', fullDifference: 0.5, emptyValue: 0.5, fullValue: 1 },
  { key: 'startupMs', better: 'less', fullDifference: 4000, fullValue: 8000 },
  { key: 'stallMs', better: 'less', fullDifference: 4000, fullValue: 8000 },
  { key: 'stallRatio', better: 'less', fullDifference: 0.2, fullValue: 0.5 },
  { key: 'freezeMs', better: 'less', fullDifference: 4000, fullValue: 8000 },
  { key: 'effectiveLossRatio', better: 'less', fullDifference: 0.1, fullValue: 0.1 },
  { key: 'behindMsP50', better: 'less', fullDifference: 2000, fullValue: 4000 },
  { key: 'shownBitsPerSecond', better: 'more', fullDifference: 2_000_000, fullValue: 6_000_000 },
]

/** A figure of one side, of a run that lasted `seconds`. Where no picture came the worst that there could be; of HLS no
 *  packet counts as lost, as measure-table.ts says. */
export function mapFigure({ key, better }: MapMeasure, { side, measures }: LabSide, seconds: number): number {
  const value = measures[key]
  if (value !== undefined && hasPicture({ measures })) return value
  if (key === 'effectiveLossRatio' && side === 'hls') return 0
  if (better === 'more') return 0
  return key.endsWith('Ratio') ? 1 : seconds * 1000 // s to ms
}

export function hasPicture({ measures }: Pick<LabSide, 'measures'>): boolean {
  return measures.startupMs !== undefined
}

/** How far the first side of two is better: positive, if it is. */
export function advantage({ better }: MapMeasure, first: number, second: number): number {
  return better === 'more' ? first - second : second - first
}
