import { generatedSteps } from './generators.ts'
import { OpportunityRate } from './opportunity-rate.ts'
import type { DirectionProfile, RateTrace } from './profile.ts'
import { ConstantRate, type Rate } from './rate.ts'
import { SteppedRate, type RateStep } from './stepped-rate.ts'

export type RateProfile = Pick<DirectionProfile, 'rateBitsPerSecond' | 'trace' | 'generator'>
type SeededRate = RateProfile & { readonly seed: number }

/** The rate of a profile; a generator's chance comes from the seed, so that all copies of a line change alike. */
export function rateOf({ rateBitsPerSecond = Infinity, trace, generator, seed }: SeededRate): Rate {
  if (generator !== undefined) return new SteppedRate(generatedSteps(generator, seed))
  if (trace === undefined) return new ConstantRate(rateBitsPerSecond)
  return isOpportunities(trace) ? new OpportunityRate(trace) : new SteppedRate(trace.map(stepOf))
}

export function sameRate(a: SeededRate, b: SeededRate): boolean {
  return numbersOf(a) === numbersOf(b)
}

function numbersOf({ rateBitsPerSecond, trace, generator, seed }: SeededRate): string {
  return JSON.stringify([rateBitsPerSecond, trace, generator, generator && seed])
}

function isOpportunities(trace: RateTrace): trace is readonly number[] {
  return typeof trace[0] === 'number'
}

function stepOf([kilobitsPerSecond, seconds]: readonly [number, number]): RateStep {
  return { rateBitsPerSecond: kilobitsPerSecond * 1000, durationMs: seconds * 1000 }
}
