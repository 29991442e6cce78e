import type { MeasureKey } from '../stream/measure-table.ts'
import type { Interval } from './spread.ts'
import { differenceOf, spreadOfSide, type Difference, type LabGroup } from './lab-statistics.ts'

/** A measure in which a side can be the better one, and the least difference that anybody would notice or pay for. */
export type ContestMeasure = {
  readonly key: MeasureKey
  readonly better: 'lower' | 'higher'
  readonly matters: { readonly by: number } | { readonly share: number } // in the measure's unit; of the larger mean
}

/** Where sides are held against each other. Stalls are not among them: a UDP viewer's clock never waits, it freezes where
 *  HLS stalls, and a stall is frozen, too; nor are bytes, for who plays less is sent less. The least differences are
 *  assumptions, and are told as such. */
export const CONTEST_MEASURES = [
  { key: 'startupMs', better: 'lower', matters: { by: 100 } },
  { key: 'freezeMs', better: 'lower', matters: { by: 100 } },
  { key: 'presentedFrameRatio', better: 'higher', matters: { by: 0.01 } },
  { key: 'intactFrameRatio', better: 'higher', matters: { by: 0.01 } },
  { key: 'shownBitsPerSecond', better: 'higher', matters: { share: 0.05 } },
  { key: 'behindMsP50', better: 'lower', matters: { by: 100 } },
  { key: 'efficiencyRatio', better: 'higher', matters: { by: 0.02 } },
] as const satisfies readonly ContestMeasure[]

/** Two sides in one measure; `winner` is absent where nothing speaks for either. */
export type Contest = Difference & {
  readonly winner?: 'first' | 'second' // the better mean, or who played under more seeds; `certainty` says how sure
  readonly matters: boolean // the mean difference is as large as what matters
  readonly isNegligible: boolean // under enough seeds the whole interval is smaller than what matters
}

/** The differences of one group in one measure, judged. */
export function contestOf(group: LabGroup, measure: ContestMeasure, first: string, second: string): Contest {
  const difference = differenceOf(group, measure.key, first, second)
  const { mean, played, certainty } = difference
  if (certainty === 'unequal-play' || (mean === undefined && played.first !== played.second)) {
    const winner = played.first > played.second ? 'first' : 'second'
    return { ...difference, winner, matters: true, isNegligible: false }
  }
  const least = leastThatMatters(group, measure, [first, second])
  const isNegligible = isWithin(difference, least)
  if (mean === undefined || mean === 0) return { ...difference, matters: false, isNegligible }
  const winner = mean > 0 === (measure.better === 'higher') ? 'first' : 'second'
  return { ...difference, winner, matters: Math.abs(mean) >= least, isNegligible }
}

function isWithin({ certainty, interval }: Difference, least: number): boolean {
  if (certainty === 'equal') return true
  if (interval === undefined || (certainty !== 'sure' && certainty !== 'not-told-apart')) return false
  return interval.low > -least && interval.high < least
}

/** In the measure's unit. */
export function leastThatMatters(group: LabGroup, { key, matters }: ContestMeasure, sides: readonly string[]): number {
  if ('by' in matters) return matters.by
  return matters.share * Math.max(...sides.map((side) => spreadOfSide(group, side, key)?.mean ?? 0))
}

/** Whether the winner may be named without a reservation. */
export function isClaim({ certainty, winner }: Contest): boolean {
  return winner !== undefined && (certainty === 'sure' || certainty === 'unequal-play')
}

/** By how much the winner is better: the sizes, whichever way the measure goes. */
export function advantageOf({ mean = 0, interval }: Contest): { readonly by: number; readonly interval?: Interval } {
  if (interval === undefined || mean >= 0)
    return { by: Math.abs(mean), ...(interval === undefined ? {} : { interval }) }
  return { by: -mean, interval: { low: -interval.high, high: -interval.low } }
}
