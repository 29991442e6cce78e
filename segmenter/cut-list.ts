import { SEGMENT_SECONDS } from '../protocol/outline.ts'
import type { Rational } from './rational.ts'

/** Where every variant has its keyframes and its segments begin, decided before the first picture is encoded. */
export type CutList = {
  readonly keyframeSeconds: readonly number[]
  readonly cutSeconds: readonly number[] // each is a keyframe's time; the first is 0
  readonly targetDurationSeconds: number // EXT-X-TARGETDURATION, whole
}

export const KEYFRAME_SECONDS = 2

/** Keyframes are the first frame at or after every 2 s, so that they lie on the frame grid of a rate like 30000/1001;
 *  segments begin at the first keyframe at or after every 4 s. */
export function planCuts(durationSeconds: number, frameRate: Rational): CutList {
  const keyframeSeconds: number[] = []
  for (let k = 0; k * KEYFRAME_SECONDS < durationSeconds; k++) {
    const seconds = frameTimeFrom(k * KEYFRAME_SECONDS, frameRate)
    if (seconds < durationSeconds && seconds !== keyframeSeconds.at(-1)) keyframeSeconds.push(seconds)
  }
  return withTarget({ keyframeSeconds, cutSeconds: cutsAmong(keyframeSeconds) }, durationSeconds)
}

const MAX_SOUND_LEAD_SECONDS = 0.15 // the muxer counts from the first packet, which may be one of sound

/** As `planCuts`, but segments begin where a copied variant can be cut. Between them keyframes are as often as ever,
 *  but for places where ffmpeg's muxer would cut at them. */
export function planCutsAt(cutSeconds: readonly number[], durationSeconds: number, frameRate: Rational): CutList {
  const keyframeSeconds = cutSeconds.flatMap((cut, index) => {
    const muxerCutsAt = SEGMENT_SECONDS * (index + 1) - MAX_SOUND_LEAD_SECONDS
    const end = Math.min(cutSeconds[index + 1] ?? durationSeconds, muxerCutsAt)
    const keyframes = [cut]
    for (let k = 1; ; k++) {
      const seconds = frameTimeFrom(cut + k * KEYFRAME_SECONDS, frameRate)
      if (seconds >= end) return keyframes
      keyframes.push(seconds)
    }
  })
  return withTarget({ keyframeSeconds, cutSeconds }, durationSeconds)
}

/** The longest time from one keyframe to the next, or to the end. */
export function longestGapSeconds(
  { keyframeSeconds }: Pick<CutList, 'keyframeSeconds'>,
  durationSeconds: number,
): number {
  const gaps = keyframeSeconds.map((seconds, index) => (keyframeSeconds[index + 1] ?? durationSeconds) - seconds)
  return Math.max(0, ...gaps)
}

function withTarget(cuts: Omit<CutList, 'targetDurationSeconds'>, durationSeconds: number): CutList {
  const ends = [...cuts.cutSeconds.slice(1), durationSeconds]
  const longestSeconds = Math.max(...ends.map((end, index) => end - (cuts.cutSeconds[index] ?? 0)))
  return { ...cuts, targetDurationSeconds: Math.max(SEGMENT_SECONDS, Math.round(longestSeconds)) }
}

/** The first frame's time at or after `seconds`. Whole numbers until the one division, so that 2 s of 12.5 frames a
 *  second is frame 25 and no last bit of a double says otherwise. */
function frameTimeFrom(seconds: number, { numerator, denominator }: Rational): number {
  const frame = Math.ceil((seconds * numerator) / denominator)
  return (frame * denominator) / numerator
}

/** As ffmpeg's hls muxer cuts: segment n ends at the first keyframe at or after n times its `hls_time`. */
export function cutsAmong(keyframeSeconds: readonly number[]): number[] {
  const cuts = keyframeSeconds.slice(0, 1)
  for (const seconds of keyframeSeconds.slice(1)) {
    if (seconds >= SEGMENT_SECONDS * cuts.length) cuts.push(seconds)
  }
  return cuts
}
