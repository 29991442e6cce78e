import type { EncodePlan } from './encode.ts'
import { valueOf } from './rational.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import type { SourceFacts } from './source-facts.ts'
import type { SourceSpan } from './source-span.ts'

/** How much one source may cost: a small file can hold, or promise, very many large pictures. */
export type JobLimits = {
  readonly gigapixels: number // of all its pictures, as decoded and as the best variant has them, whichever is more
  readonly minutes: number // of the clock, all steps together
}

/** Four hours of 2160p60 are 7,200 gigapixels, eight hours of 1080p60 3,600. */
export const usualLimits: JobLimits = { gigapixels: 10_000, minutes: 24 * 60 }

/** Throws SegmenterRefusal `too-many-pixels` for a source that would cost more than it may. */
export function requireWithin(
  { gigapixels }: JobLimits,
  { video }: SourceFacts,
  { pictures }: SourceSpan,
  { rungs, durationSeconds, frameRate }: EncodePlan,
): void {
  const { widthPixels = 0, heightPixels = 0 } = rungs[0] ?? {}
  const decoded = video.codedPixels * pictures
  const encoded = widthPixels * heightPixels * durationSeconds * valueOf(frameRate)
  const needed = Math.max(decoded, encoded) / 1e9
  if (needed <= gigapixels) return
  const most = `${gigapixels} are the most`
  throw new SegmenterRefusal('too-many-pixels', `its pictures have ${Math.ceil(needed)} gigapixels together, ${most}`)
}

/** Runs `work` under the limit of time and the caller's signal. Rejects with SegmenterRefusal `took-too-long` where the
 *  limit ended it, else as `work` does. */
export async function withinMinutes<T>(
  { minutes }: JobLimits,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(Math.round(minutes * 60_000))
  try {
    return await work(signal === undefined ? limit : AbortSignal.any([signal, limit]))
  } catch (error) {
    if (!limit.aborted || signal?.aborted === true || error instanceof SegmenterRefusal) throw error
    const message = `it was not done after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} of segmenting`
    throw new SegmenterRefusal('took-too-long', message, { cause: error })
  }
}
