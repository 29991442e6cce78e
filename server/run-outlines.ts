import type { Outline } from '../protocol/outline.ts'
import type { OutlineOf } from '../stream/video-losses.ts'
import type { PresentationSource } from '../udp-relay/presentation-source.ts'

/** What a run's measures need to know of its video. */
export type FoldOptions = {
  readonly framesPerSecond: number
  readonly frameIntervalMs: number
  readonly outlineOf: OutlineOf
}

const DEFAULT_FRAMES_PER_SECOND = 30 // of a video whose outline is not there

/** Of each variant its outline; of a video that is being segmented, or has gone, none. `framesPerSecond`: as it was known
 *  before. */
export async function foldOptions(
  source: PresentationSource,
  video: string,
  variants: readonly { readonly name: string }[],
  knownFramesPerSecond = NaN,
): Promise<FoldOptions> {
  const named = await Promise.all(
    variants.map(async ({ name }) => [name, await outlineOf(source, video, name)] as const),
  )
  const outlines = new Map(named)
  const most = Math.max(...[...outlines.values()].map((outline) => outline?.video?.framesPerSecond ?? 0)) // as the page has it
  const framesPerSecond = knownFramesPerSecond || (most > 0 ? most : DEFAULT_FRAMES_PER_SECOND)
  return { framesPerSecond, frameIntervalMs: 1000 / framesPerSecond, outlineOf: (variant) => outlines.get(variant) }
}

/** Outlines only make measures more exact: without them there are still measures. */
async function outlineOf(source: PresentationSource, video: string, variant: string): Promise<Outline | undefined> {
  const presentation = await source.open(video, variant).catch(() => undefined)
  presentation?.close()
  return presentation?.outline()
}
