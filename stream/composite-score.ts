import { SEGMENT_SECONDS } from '../protocol/outline.ts'
import type { SideMeasures } from './side-measures.ts'

/** One number for a side, only ever shown with its formula and terms. In kbit/s: a viewer of R kbit/s whom nothing troubles
 *  scores R. It knows nothing of damaged pictures. */
export type CompositeScore = { readonly kilobitsPerSecond: number; readonly terms: readonly ScoreTerm[] }

export type ScoreTerm = { readonly name: string; readonly formula: string; readonly kilobitsPerSecond: number }

/** The rates between which a viewer of this video can choose, and how long its segments last. */
export type ScoreScale = {
  readonly lowestBitsPerSecond: number
  readonly highestBitsPerSecond: number
  readonly segmentSeconds: number
}

/** Undefined for a video without variants. */
export function scoreScaleOf(variants: readonly { readonly bandwidthBitsPerSecond: number }[]): ScoreScale | undefined {
  if (variants.length === 0) return undefined
  const rates = variants.map(({ bandwidthBitsPerSecond }) => bandwidthBitsPerSecond)
  return {
    lowestBitsPerSecond: Math.min(...rates),
    highestBitsPerSecond: Math.max(...rates),
    segmentSeconds: SEGMENT_SECONDS,
  }
}

export const SCORE_FORMULA =
  'N-QoE as dash.js computes it for LoL+ (Twitch’s challenge of 2020): the sum over segments of duration × R − Rmax × stalled − lat × L − |R − R before|, over the seconds watched; R in kbit/s, L in seconds behind, lat = 0.05 × Rmin up to 1.1 s and 0.1 × Rmax beyond. Stalled is the time frozen, on both sides. Speed is always 1.'

const SMALL_LATENCY_SECONDS = 1.1

/** Undefined where a rate, a latency or a picture is missing. */
export function compositeScore(side: SideMeasures, scale: ScoreScale): CompositeScore | undefined {
  const { shownBitsPerSecond, watchedMs = 0, freezeMs = 0, behindMsP50, switchedBitsPerSecond = 0 } = side
  if (shownBitsPerSecond === undefined || behindMsP50 === undefined || watchedMs === 0) return undefined
  const watchedSeconds = watchedMs / 1000
  const playedRatio = (watchedMs - freezeMs) / watchedMs
  const behindSeconds = behindMsP50 / 1000
  const latencyWeight =
    behindSeconds <= SMALL_LATENCY_SECONDS
      ? (0.05 * scale.lowestBitsPerSecond) / 1000 // kbit/s
      : (0.1 * scale.highestBitsPerSecond) / 1000
  const terms = [
    term('quality', 'R × played / watched', (shownBitsPerSecond / 1000) * playedRatio),
    term('standstills', '− Rmax × frozen / watched', -(scale.highestBitsPerSecond / 1000) * (freezeMs / watchedMs)),
    term(
      'latency',
      '− lat × L × played / watched / segment',
      -(latencyWeight * behindSeconds * playedRatio) / scale.segmentSeconds,
    ),
    term('switches', '− Σ |R − R before| / watched', -switchedBitsPerSecond / 1000 / watchedSeconds),
  ]
  return { kilobitsPerSecond: terms.reduce((sum, { kilobitsPerSecond }) => sum + kilobitsPerSecond, 0), terms }
}

function term(name: string, formula: string, kilobitsPerSecond: number): ScoreTerm {
  return { name, formula, kilobitsPerSecond }
}
