import type { Outline, OutlineFrame } from '../protocol/outline.ts'
import type { ExpectedFrame } from '../stream/expected-frames.ts'

const TICKS_PER_SECOND = 90_000

/** All frames of a variant in decode order. */
export function framesOf({ segments }: Outline): readonly OutlineFrame[] {
  return segments.flatMap(({ frames }) => frames)
}

/** The frames that a viewer gets who starts at the keyframe at `startSeconds`. */
export function framesFrom(frames: readonly OutlineFrame[], startSeconds: number): readonly ExpectedFrame[] {
  const startTicks = Math.round(startSeconds * TICKS_PER_SECOND)
  const first = frames.findIndex(({ kind, ptsTicks }) => kind === 'idr' && ptsTicks >= startTicks - 1)
  return first < 0 ? [] : frames.slice(first).map(expectedFrame)
}

/** In the time that TrackReceiver gives packets: ticks of the video itself, modulo 2^32. */
export function expectedFrame({ kind, ptsTicks }: OutlineFrame): ExpectedFrame {
  return { kind, timestampTicks: ptsTicks >>> 0 }
}
