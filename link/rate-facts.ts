import type { RateTrace } from './profile.ts'
import type { RateStep } from './stepped-rate.ts'

/** What a rate over time is like, over one period of it. */
export type RateFacts = {
  readonly durationSeconds: number
  readonly meanBitsPerSecond: number
  readonly lowestBitsPerSecond: number
  readonly highestBitsPerSecond: number
}

const OPPORTUNITY_BITS = 1500 * 8
const WINDOW_MS = 1000

/** A trace as steps. Of a trace in mahimahi's way the rates of whole seconds: at each of its moments a packet of 1500 bytes
 *  may leave, which is no rate yet. */
export function stepsOfTrace(trace: RateTrace): readonly RateStep[] {
  if (!isOfMoments(trace))
    return trace.map(([kilobitsPerSecond, seconds]) => ({
      rateBitsPerSecond: kilobitsPerSecond * 1000,
      durationMs: seconds * 1000,
    }))
  const periodMs = trace.at(-1) ?? 0
  const bits = new Array<number>(Math.ceil(periodMs / WINDOW_MS)).fill(0)
  for (const moment of trace) {
    const window = Math.min(Math.floor(moment / WINDOW_MS), bits.length - 1)
    bits[window] = (bits[window] as number) + OPPORTUNITY_BITS
  }
  return bits.map((ofWindow, window) => {
    const durationMs = Math.min(WINDOW_MS, periodMs - window * WINDOW_MS)
    return { rateBitsPerSecond: (ofWindow * 1000) / durationMs, durationMs }
  })
}

function isOfMoments(trace: RateTrace): trace is readonly number[] {
  return typeof trace[0] === 'number'
}

/** The facts of a period; the mean is over time. */
export function rateFacts(steps: readonly RateStep[]): RateFacts {
  let [durationMs, bits, lowest, highest] = [0, 0, Infinity, 0]
  for (const step of steps) {
    durationMs += step.durationMs
    bits += (step.rateBitsPerSecond * step.durationMs) / 1000
    lowest = Math.min(lowest, step.rateBitsPerSecond)
    highest = Math.max(highest, step.rateBitsPerSecond)
  }
  return {
    durationSeconds: durationMs / 1000,
    meanBitsPerSecond: (bits * 1000) / durationMs,
    lowestBitsPerSecond: lowest,
    highestBitsPerSecond: highest,
  }
}
