import type { CopiedPictures, Grid } from './copy-cuts.ts'
import { planCuts, planCutsAt } from './cut-list.ts'
import type { CopiedSound, CopiedVariant, EncodePlan, KeptAv1 } from './encode.ts'
import { constantFrameRate } from './frame-rate.ts'
import { ladderFor } from './ladder.ts'
import { valueOf, type Rational } from './rational.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import type { SourceFacts } from './source-facts.ts'
import type { SourceSpan } from './source-span.ts'

const MAX_HOURS = 8 // the list of keyframe times is one argument, of at most 128 KiB on Linux
const MAX_LATE_PICTURE_SECONDS = 0.5

/** How a source becomes a package. Throws SegmenterRefusal `video-too-long`. */
export function planPackage(sourcePath: string, facts: SourceFacts, span: SourceSpan): EncodePlan {
  const { video, audio } = facts
  const begin = beginSeconds(facts, span)
  const frameRate = constantFrameRate(video.lowestFrameRate, averageFrameRate(span))
  const durationSeconds = Math.max(span.endSeconds - begin, 1 / valueOf(frameRate))
  requireShort(durationSeconds)
  return {
    sourcePath,
    originSeconds: begin - facts.startSeconds,
    durationSeconds,
    frameRate,
    videoStreamIndex: video.streamIndex,
    ...(audio === undefined ? {} : { audio }),
    rungs: ladderFor({ ...video, frameRate }),
    cuts: planCuts(durationSeconds, frameRate),
  }
}

/** The frame grid of a plan, on the source's own clock. */
export function gridOf({ originSeconds, durationSeconds, frameRate }: EncodePlan, { startSeconds }: SourceFacts): Grid {
  return { beginSeconds: originSeconds + startSeconds, durationSeconds, frameRate }
}

/** The same with the source's own H.264 in the place of the top variant; the others are cut where it can be, and all have
 *  the source's own sound where it is given. */
export function withH264Copy(plan: EncodePlan, copied: CopiedPictures, sound?: CopiedSound): EncodePlan {
  const [top, ...rungs] = plan.rungs
  const copy = { codec: 'h264', name: top?.name ?? '', ...copiedFacts(copied) } as const
  const { audio } = plan
  return {
    ...plan,
    rungs,
    copy,
    cuts: planCutsAt(copied.cutSeconds, plan.durationSeconds, plan.frameRate),
    ...(audio && sound ? { audio: { ...audio, copied: sound } } : {}),
  }
}

/** The same with the source's own HEVC kept beside the variants that are encoded, which are then cut where it can be. */
export function withHevcCopy(plan: EncodePlan, copied: CopiedPictures): EncodePlan {
  const name = `${Math.min(copied.widthPixels, copied.heightPixels)}p-hevc`
  const cuts = planCutsAt(copied.cutSeconds, plan.durationSeconds, plan.frameRate)
  return { ...plan, cuts, copy: { codec: 'hevc', name, ...copiedFacts(copied) } }
}

/** The same with the source's own AV1 kept beside them. */
export function withAv1(plan: EncodePlan, av1: KeptAv1, cutSeconds: readonly number[]): EncodePlan {
  return { ...plan, av1, cuts: planCutsAt(cutSeconds, plan.durationSeconds, plan.frameRate) }
}

function copiedFacts({
  widthPixels,
  heightPixels,
  videoBitsPerSecond,
}: CopiedPictures): Omit<CopiedVariant, 'codec' | 'name'> {
  return { widthPixels, heightPixels, videoBitsPerSecond }
}

/** Throws SegmenterRefusal `video-too-long`. */
export function requireShort(durationSeconds: number): void {
  if (durationSeconds <= MAX_HOURS * 3600) return
  const hours = (durationSeconds / 3600).toFixed(1)
  throw new SegmenterRefusal('video-too-long', `the video lasts ${hours} hours, ${MAX_HOURS} are the most`)
}

/** A damaged source may end in the middle. */
export function shortfall(promisedSeconds: number, shownSeconds: number): string[] {
  if (shownSeconds > 0.98 * promisedSeconds - 0.5) return []
  return [`The source promises ${promisedSeconds.toFixed(1)} s, but only ${shownSeconds.toFixed(1)} s could be shown.`]
}

/** What a container says of its average is often nonsense, so the pictures are counted. A single one may have no
 *  duration. */
export function averageFrameRate({ pictures, startSeconds, endSeconds }: SourceSpan): Rational {
  if (endSeconds <= startSeconds) return UNKNOWN_RATE
  return { numerator: Math.max(1, Math.round((1000 * pictures) / (endSeconds - startSeconds))), denominator: 1000 }
}

const UNKNOWN_RATE: Rational = { numerator: 25, denominator: 1 }

/** The moment of the source that becomes 0: its first picture. Sound that begins well before it is kept, and the first
 *  picture stands still meanwhile. */
function beginSeconds({ audio }: SourceFacts, { startSeconds }: SourceSpan): number {
  const soundFirst = audio !== undefined && audio.startSeconds < startSeconds - MAX_LATE_PICTURE_SECONDS
  return soundFirst ? audio.startSeconds : startSeconds
}
