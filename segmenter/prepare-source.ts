import type { EncodePlan } from './encode.ts'
import { frameRateNote } from './frame-rate.ts'
import { measureSource, type InspectOptions } from './inspect.ts'
import { requireWithin, type JobLimits } from './job-limits.ts'
import type { Mp4Index } from './mp4-index.ts'
import { spanOf } from './mp4-span.ts'
import { averageFrameRate, planPackage } from './package-plan.ts'
import { pictureFilters } from './picture-filters.ts'
import { planRenditions } from './rendition-plan.ts'
import type { SourceFacts } from './source-facts.ts'

export type PreparedSource = {
  readonly plan: EncodePlan
  readonly promisedSeconds: number // of pictures: by the header, else by the packets
  readonly notes: readonly string[] // what people should know of how it is made
}

export type SourceHeaders = {
  readonly facts: SourceFacts
  readonly index: Mp4Index | undefined // where it has one, the packets need not be read
  readonly limits: JobLimits
}

/** How a source becomes a package, decided before anything of it is decoded. Rejects with SegmenterRefusal:
 *  no-pictures, video-too-long, too-many-pixels. */
export async function prepareSource(
  sourcePath: string,
  { facts, index, limits }: SourceHeaders,
  options: InspectOptions,
): Promise<PreparedSource> {
  const { video, tracks } = facts
  const span = spanOf(index?.tracks[video.streamIndex]) ?? (await measureSource(sourcePath, facts, options))
  const plan = planPackage(sourcePath, facts, span)
  requireWithin(limits, facts, span, plan)
  const { warnings, filters, ...colours } = pictureFilters(video, plan.rungs, options.tools.ffmpeg)
  const rateNote = frameRateNote(video.lowestFrameRate, averageFrameRate(span))
  return {
    plan: { ...plan, ...colours, pictureFilters: filters, renditions: planRenditions(tracks) },
    promisedSeconds: video.promisedSeconds ?? span.endSeconds - span.startSeconds,
    notes: [...warnings, ...(rateNote === undefined ? [] : [rateNote])],
  }
}
