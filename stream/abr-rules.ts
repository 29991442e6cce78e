import { BolaAbr } from './abr-bola.ts'
import { HlsJsAbr } from './abr-hls-js.ts'
import { ThroughputAbr } from './abr-throughput.ts'
import type { Abr, AbrRule, ExactMaths, LadderVariant } from './abr.ts'

export type AbrOptions = {
  readonly maths: ExactMaths
  readonly maxBufferSeconds?: number // of the viewer; absent: each rule's own
  readonly fixedIndex?: number // of `fixed`; absent: the highest
  readonly firstListed?: number // place in the ladder of the variant listed first
}

/** A rule that has learned nothing so far. Throws RangeError for an empty ladder. */
export function newAbr(rule: AbrRule, ladder: readonly LadderVariant[], options: AbrOptions): Abr {
  if (ladder.length === 0) throw new RangeError('a ladder of no variants')
  const { maths, maxBufferSeconds, fixedIndex = ladder.length - 1, firstListed = 0 } = options
  switch (rule) {
    case 'fixed':
      return { choose: () => ({ variantIndex: fixedIndex }), received: () => {} }
    case 'throughput':
      return new ThroughputAbr(ladder)
    case 'bola':
      return new BolaAbr(ladder, { ln: maths.ln, ...(maxBufferSeconds === undefined ? {} : { maxBufferSeconds }) })
    case 'hls.js':
      return new HlsJsAbr(ladder, { exp: maths.exp, firstListed })
  }
}
