import type { Rung } from './ladder.ts'
import { valueOf, type Rational } from './rational.ts'

/** How much x264 tries, and on how many threads. */
export type EncoderEffort = { readonly preset: Preset; readonly threads?: number }

/** CPU seconds for a million pixels, decoding and scaling included, each preset of x264 over our ladder of 720p; measured
 *  by `npm run bench -- segmenter`. On another machine all of them change alike, and a busier picture takes more. */
export const cpuSecondsPerMegapixel = {
  ultrafast: 0.006,
  superfast: 0.009,
  veryfast: 0.012,
  faster: 0.02,
  fast: 0.026,
  medium: 0.031,
  slow: 0.05,
} as const

export type Preset = keyof typeof cpuSecondsPerMegapixel

export const USUAL_PRESET: Preset = 'veryfast'

/** The slowest preset with which so many cores can encode all variants as fast as they play, which then gives the most for
 *  each bit; the fastest one when none is fast enough. Without a budget the usual one, on all cores. */
export function encoderEffort(
  rungs: readonly Rung[],
  frameRate: Rational,
  budgetCores: number | undefined,
): EncoderEffort {
  if (budgetCores === undefined) return { preset: USUAL_PRESET }
  const pixels = rungs.reduce((sum, { widthPixels, heightPixels }) => sum + widthPixels * heightPixels, 0)
  const megapixelsPerSecond = (pixels * valueOf(frameRate)) / 1e6
  const slowestFirst = (Object.keys(cpuSecondsPerMegapixel) as Preset[]).toReversed()
  const fits = (preset: Preset): boolean => cpuSecondsPerMegapixel[preset] * megapixelsPerSecond <= budgetCores
  return { preset: slowestFirst.find(fits) ?? 'ultrafast', threads: Math.max(1, Math.ceil(budgetCores)) }
}
