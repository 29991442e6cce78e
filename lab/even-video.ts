import type { Outline } from '../protocol/outline.ts'
import { modelOutline } from '../simulation/model-outline.ts'

const LEAST_VIDEO_BITS_PER_SECOND = 20_000

/** A modelled variant whose transport stream, sound and headers counted in, has this rate in each segment of 4 s. Throws
 *  RangeError where the sound alone has more. */
export function evenOutline(bitsPerSecond: number, seconds: number, variant = 'even'): Outline {
  const [low, high] = [streamRate(100_000), streamRate(1_100_000)] // linear between and beyond, but for roundings
  const videoBitsPerSecond = 100_000 + ((bitsPerSecond - low) * 1_000_000) / (high - low)
  if (videoBitsPerSecond < LEAST_VIDEO_BITS_PER_SECOND)
    throw new RangeError(`${Math.round(bitsPerSecond)} bit/s are too few for pictures and sound`)
  return modelOutline({ seconds, videoBitsPerSecond, variant })
}

function streamRate(videoBitsPerSecond: number): number {
  const [segment] = modelOutline({ seconds: 4, videoBitsPerSecond }).segments
  return ((segment?.sizeBytes ?? 0) * 8) / 4
}
