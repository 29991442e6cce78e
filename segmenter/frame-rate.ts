import { valueOf, type Rational } from './rational.ts'

const MAX_FRAMES_PER_SECOND = 60
const ALIKE = 0.05

/** The constant frame rate that a source becomes. `lowest` is ffprobe's r_frame_rate, the rate at which every timestamp
 *  has its own place; `average` is the number of pictures over the time that they last. They agree where the source's
 *  rate is constant.
 *  - `lowest` twice the average counts fields, or places that are never taken: half of it is the rate.
 *  - `lowest` beyond 60 is a mere time base: then the average tells more.
 *  - Between them the rate varies, as in a recording of a screen: `lowest` keeps its fastest movement.
 *  Above 60 every second, third … frame is kept, which moves evenly. */
export function constantFrameRate(lowest: Rational | undefined, average: Rational): Rational {
  const rate = nominalRate(lowest, average)
  return divided(rate, keptOneOf(rate))
}

/** For people: what is left out of a source whose rate is above 60; undefined for all others. */
export function frameRateNote(lowest: Rational | undefined, average: Rational): string | undefined {
  const rate = nominalRate(lowest, average)
  if (keptOneOf(rate) === 1) return undefined
  const kept = valueOf(divided(rate, keptOneOf(rate)))
  return `Of ${shortly(valueOf(rate))} pictures a second ${shortly(kept)} are kept.`
}

function shortly(framesPerSecond: number): string {
  return `${Math.round(framesPerSecond * 100) / 100}`
}

/** A thousandth more than 60, as of counted pictures, is 60. */
function keptOneOf(rate: Rational): number {
  return Math.ceil(valueOf(rate) / MAX_FRAMES_PER_SECOND - 0.001)
}

function nominalRate(lowest: Rational | undefined, average: Rational): Rational {
  if (lowest === undefined) return average
  const ratio = valueOf(lowest) / valueOf(average)
  if (Math.abs(ratio - 1) < ALIKE) return lowest
  if (Math.abs(ratio / 2 - 1) < ALIKE) return divided(lowest, 2)
  return valueOf(lowest) > MAX_FRAMES_PER_SECOND ? average : lowest
}

function divided({ numerator, denominator }: Rational, divisor: number): Rational {
  return { numerator, denominator: denominator * divisor }
}
