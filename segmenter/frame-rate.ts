import { valueOf, type Rational } from './rational.ts'

const MAX_FRAMES_PER_SECOND = 60
const UNTOLD: Rational = { numerator: 25, denominator: 1 }

/** The constant frame rate that a source becomes. `lowest` is ffprobe's r_frame_rate, the rate at which every timestamp
 *  has its own place; `average` is its avg_frame_rate. They agree where the source's rate is constant.
 *  - `lowest` beyond 60 is a mere time base, and twice the average it counts fields: then the average tells more.
 *  - Between the two the rate varies, as in a recording of a screen: `lowest` keeps its fastest movement.
 *  Above 60 every second, third … frame is kept, which moves evenly. */
export function constantFrameRate(lowest: Rational | undefined, average: Rational | undefined): Rational {
  const told = preferred(lowest, average) ?? UNTOLD
  const keepOneOf = Math.ceil(valueOf(told) / MAX_FRAMES_PER_SECOND)
  return keepOneOf === 1 ? told : { ...told, denominator: told.denominator * keepOneOf }
}

function preferred(lowest: Rational | undefined, average: Rational | undefined): Rational | undefined {
  if (lowest === undefined || average === undefined) return lowest ?? average
  const ratio = valueOf(lowest) / valueOf(average)
  const isConstant = Math.abs(ratio - 1) < 0.05
  const countsFields = Math.abs(ratio - 2) < 0.02
  if (isConstant) return lowest
  return countsFields || valueOf(lowest) > MAX_FRAMES_PER_SECOND ? average : lowest
}
