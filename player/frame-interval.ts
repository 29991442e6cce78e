import type { Video } from '../protocol/weir-api.ts'

const DEFAULT_FRAMES_PER_SECOND = 30 // of a package whose record does not tell

/** How long a frame of the best variant is shown. */
export function frameIntervalMs({ variants }: Pick<Video, 'variants'>): number {
  const framesPerSecond = Math.max(...variants.map((variant) => variant.framesPerSecond ?? 0))
  return 1000 / (framesPerSecond > 0 ? framesPerSecond : DEFAULT_FRAMES_PER_SECOND)
}
