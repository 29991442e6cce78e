import type { SidePhase } from './side.ts'

/** What HLS does to be where UDP is. */
export type StepAct =
  | { readonly kind: 'as-it-was' }
  | { readonly kind: 'go'; readonly speedRatio: number }
  | { readonly kind: 'hold' }
  | { readonly kind: 'jump' }

export type StepState = {
  readonly aheadMs: number // where HLS is before UDP, in the video
  readonly hls: SidePhase
  readonly udp: SidePhase
}

const EXACT_MS = 8 // a quarter of a frame: nobody sees it
const HOLD_MS = 80
const LET_GO_MS = 30 // a held element needs about so long to move again
/** Beyond it a stall is not made up for: playing faster would take longer than one sees and hears the leap. */
const JUMP_MS = 200
const APART_MS = 100 // from here on the two are not one moment any more: there is nothing to compare
const MOST_SLEW = 0.05
const MOST_SLEW_APART = 0.1 // of 200 ms so much is made up for in a second that 100 are left
const SLEW_PER_MS = 0.002 // at full slew from 25 ms on: a busy machine puts them apart again and again
const SLEW_STEP = 0.005 // a new speed costs the element more than it is worth to be exact

/** UDP is the clock: it never waits, and its packets leave when they would without HLS beside it, or the seed would no longer
 *  decide which are lost. So HLS waits, plays a little faster or slower, or leaves out what a stall has cost it, as a
 *  viewer of something live would. */
export function stepAct({ aheadMs, hls, udp }: StepState): StepAct {
  if (udp === 'ended' || udp === 'failed') return { kind: 'go', speedRatio: 1 }
  if (hls !== 'playing' && hls !== 'held') return { kind: 'as-it-was' }
  if (udp === 'starting' || udp === 'paused') return { kind: 'hold' }
  if (Math.abs(aheadMs) > JUMP_MS) return { kind: 'jump' }
  if (hls === 'held' ? aheadMs > LET_GO_MS : aheadMs > HOLD_MS) return { kind: 'hold' }
  return { kind: 'go', speedRatio: 1 - slew(aheadMs) }
}

function slew(aheadMs: number): number {
  if (Math.abs(aheadMs) < EXACT_MS) return 0
  const steps = Math.round((aheadMs * SLEW_PER_MS) / SLEW_STEP)
  const most = Math.abs(aheadMs) > APART_MS ? MOST_SLEW_APART : MOST_SLEW
  return Math.min(most, Math.max(-most, steps * SLEW_STEP))
}
