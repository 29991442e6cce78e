import { SEGMENT_SECONDS } from '../protocol/outline.ts'
import { peakBandwidth, type SizedSegment } from '../protocol/playlist-bandwidth.ts'
import { cutsAmong } from './cut-list.ts'
import { valueOf, type Rational } from './rational.ts'
import type { SourcePictures } from './source-pictures.ts'

/** The times that the pictures of a package have. */
export type Grid = {
  readonly beginSeconds: number // on the source's own clock: what becomes 0
  readonly durationSeconds: number
  readonly frameRate: Rational
}

/** Where a variant of the source's own pictures begins its segments. */
export type CopyCuts = {
  readonly cutSeconds: readonly number[] // each on the frame grid; the first is 0
  readonly cutPictures: readonly number[] // in decode order
  readonly cutKeyframes: readonly number[] // counted among the pictures that are marked as keyframes
}

/** What a package keeps of a source as it is. */
export type CopiedPictures = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly cutSeconds: readonly number[]
  readonly videoBitsPerSecond: number // the highest of any run of segments that counts
}

const MAX_STRAY_SECONDS = 0.0015 // containers that count in ms
const MAX_KEYFRAME_GAP_SECONDS = 6
const MAX_SEGMENT_SECONDS = 2 * SEGMENT_SECONDS

/** Why pictures cannot stand in a package as they are, each at its own place of the grid; for people. */
export function spacingProblem(pictures: SourcePictures, grid: Grid): string | undefined {
  if (pictures.hasHiddenPictures === true) return 'some of its pictures are not to be shown'
  const { ptsSeconds } = pictures
  const isTaken = new Uint8Array(ptsSeconds.length)
  for (const pts of ptsSeconds) {
    const seconds = pts - grid.beginSeconds
    const frame = frameAt(seconds, grid)
    const isAtPlace = Math.abs(seconds - secondsOf(frame, grid)) < MAX_STRAY_SECONDS
    if (!isAtPlace || isTaken[frame] !== 0) return 'its pictures are not evenly spaced'
    isTaken[frame] = 1
  }
  const isWhole = Math.round(grid.durationSeconds * valueOf(grid.frameRate)) === ptsSeconds.length
  return isWhole ? undefined : 'its pictures do not last as long as it does'
}

/** The cuts at the marked keyframes of evenly spaced pictures: the first at or after every 4 s; or why there are too few. */
export function cutsAtKeyframes({ ptsSeconds, isKeyframe }: SourcePictures, grid: Grid): CopyCuts | string {
  const marked = markedPictures(isKeyframe)
  const times = marked.map((picture) =>
    secondsOf(frameAt((ptsSeconds[picture] as number) - grid.beginSeconds, grid), grid),
  )
  if (times.length === 0) return 'it has no keyframe'
  if (times[0] !== 0) return 'it does not begin with a keyframe'
  if (times.some((seconds, index) => index > 0 && seconds <= (times[index - 1] as number))) {
    return 'its keyframes come in another order than they are shown'
  }
  const gapSeconds = longestGap(times, grid)
  if (gapSeconds > MAX_KEYFRAME_GAP_SECONDS) return `its keyframes are too far apart: ${gapSeconds.toFixed(1)} s`
  const cutSeconds = cutsAmong(times)
  const segmentSeconds = longestGap(cutSeconds, grid)
  if (segmentSeconds > MAX_SEGMENT_SECONDS) {
    return `its keyframes lie so that a segment would last ${segmentSeconds.toFixed(1)} s`
  }
  const isCut = new Set(cutSeconds)
  const cutKeyframes = [...times.keys()].filter((keyframe) => isCut.has(times[keyframe] as number))
  return { cutSeconds, cutKeyframes, cutPictures: cutKeyframes.map((keyframe) => marked[keyframe] as number) }
}

function markedPictures(isKeyframe: Uint8Array): number[] {
  const marked: number[] = []
  for (let at = isKeyframe.indexOf(1); at >= 0; at = isKeyframe.indexOf(1, at + 1)) marked.push(at)
  return marked
}

/** The longest time from one of these to the next, or to the end. */
function longestGap(times: readonly number[], { durationSeconds }: Grid): number {
  return times.reduce((longest, time, index) => Math.max(longest, (times[index + 1] ?? durationSeconds) - time), 0)
}

function frameAt(seconds: number, { frameRate }: Grid): number {
  return Math.round(seconds * valueOf(frameRate))
}

/** As `frameTimeFrom` of the cut list has it. */
function secondsOf(frame: number, { frameRate: { numerator, denominator } }: Grid): number {
  return (frame * denominator) / numerator
}

/** What the muxer adds to pictures. */
export type MuxedBytes = { readonly eachPicture: number; readonly eachKeyframe: number }

/** The highest rate of any run of segments that counts, of the pictures alone. */
export function peakBitsPerSecond(pictures: SourcePictures, cuts: CopyCuts, grid: Grid, added: MuxedBytes): number {
  const { cutPictures, cutSeconds } = cuts
  const segments: SizedSegment[] = cutSeconds.map((start, index) => {
    const [from, to] = [cutPictures[index] as number, cutPictures[index + 1] ?? pictures.sizesBytes.length]
    let sizeBytes = 0
    for (let picture = from; picture < to; picture++) {
      sizeBytes += (pictures.sizesBytes[picture] as number) + added.eachPicture
      if (pictures.isKeyframe[picture] === 1) sizeBytes += added.eachKeyframe
    }
    return { sizeBytes, durationSeconds: (cutSeconds[index + 1] ?? grid.durationSeconds) - start }
  })
  const longestSeconds = longestGap(cutSeconds, grid)
  return peakBandwidth(segments, Math.max(SEGMENT_SECONDS, Math.round(longestSeconds)))
}
