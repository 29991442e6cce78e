import type { FrameKind } from '../protocol/outline.ts'

/** Damaged: shown, but cut, incomplete, or leaning on such a frame. Frozen: not shown, the picture before stays. */
export type FrameState = 'intact' | 'damaged' | 'frozen'

/** What of a frame's slices can go to the decoder. */
export type WholeSlices = 'all' | 'some' | 'none'

/** What the next frame leans on. `Cause` is whatever names the lost packets that brought it about. */
export type ReferenceChain<Cause> = {
  readonly phase: 'waiting' | 'clean' | 'broken' // waiting: for an IDR, at the start and after a lost one
  readonly cause?: Cause
}

/** The one of two on which less can lean. */
export function weaker<Cause>(one: ReferenceChain<Cause>, other: ReferenceChain<Cause>): ReferenceChain<Cause> {
  return strength[one.phase] <= strength[other.phase] ? one : other
}
const strength = { waiting: 0, broken: 1, clean: 2 }

type Judged<Cause> = { readonly state: FrameState; readonly chain: ReferenceChain<Cause>; readonly cause?: Cause }

/** Judges the next frame in decode order under the policy "whole": whatever is whole goes to the decoder, and nothing
 *  else. Loss in a reference frame stays visible until the next whole IDR; in a disposable one it ends with it.
 *  `cause` is the frame's own loss, if any. */
export function judgeFrame<Cause>(
  chain: ReferenceChain<Cause>,
  kind: FrameKind,
  slices: WholeSlices,
  cause?: Cause,
): Judged<Cause> {
  if (kind === 'idr') return judgeIdr(slices, cause)
  const blame = cause ?? chain.cause
  const because = blame === undefined ? {} : { cause: blame }
  if (chain.phase === 'waiting') return { state: 'frozen', chain, ...because }

  const next = slices === 'all' || kind === 'disposable' ? chain : { phase: 'broken' as const, ...because }
  if (slices === 'none') return { state: 'frozen', chain: next, ...because }
  if (slices === 'all' && chain.phase === 'clean') return { state: 'intact', chain: next }
  return { state: 'damaged', chain: next, ...because }
}

function judgeIdr<Cause>(slices: WholeSlices, cause: Cause | undefined): Judged<Cause> {
  const because = cause === undefined ? {} : { cause }
  switch (slices) {
    case 'all':
      return { state: 'intact', chain: { phase: 'clean' } }
    case 'some':
      return { state: 'damaged', chain: { phase: 'broken', ...because }, ...because }
    case 'none':
      return { state: 'frozen', chain: { phase: 'waiting', ...because }, ...because }
  }
}
