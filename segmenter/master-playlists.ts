import { join } from 'node:path'
import { writeIframeStreams } from '../protocol/iframe-playlist.ts'
import type { Rendition } from '../protocol/playlist-renditions.ts'
import { writeMultivariantPlaylist, type PicturedStream } from '../protocol/playlist-writer.ts'
import { noRenditions, withMainApart, withRenditions, type MadeRenditions } from './renditions.ts'
import { FMP4_MASTER, MASTER } from './segment-kind.ts'
import type { VariantWriter } from './variant-writer.ts'
import { writeByRename } from './write-by-rename.ts'

export type MasterFacts = {
  readonly main: Rendition | undefined // of the sound inside the variants, where there is another
  readonly targetDurationSeconds: number
}

/** Writes `master.m3u8`, and `master-fmp4.m3u8` where there is fragmented MP4. Once all is complete both list the renditions
 *  that were `made`, and the former the keyframes of each variant; absent: it is not yet. What is `kept` is of fragmented MP4. */
export async function writeMasters(
  folder: string,
  variants: readonly VariantWriter[],
  { main, targetDurationSeconds }: MasterFacts,
  made?: MadeRenditions,
  kept: readonly PicturedStream[] = [],
): Promise<void> {
  const ended = made !== undefined
  const offered = made ?? noRenditions
  const streams = variants.map((variant) => withRenditions(variant.describe(ended), offered))
  const iframeStreams = ended ? variants.flatMap((variant) => variant.describeIframes()) : []
  const text = `${writeMultivariantPlaylist(streams, offered.renditions)}${writeIframeStreams(iframeStreams)}`
  await writeByRename(join(folder, MASTER), text)
  const fmp4Streams = [...variants.flatMap((variant) => variant.describeFmp4(ended)), ...kept]
  if (fmp4Streams.length === 0) return
  const sound = variants.map(({ fmp4Sound }) => fmp4Sound).find((segments) => segments !== undefined)
  const isApart = main !== undefined && sound !== undefined
  const apart = isApart ? withMainApart(offered, main, sound, targetDurationSeconds) : offered
  const withThem = fmp4Streams.map((stream) => (ended ? withRenditions(stream, apart) : stream))
  await writeByRename(join(folder, FMP4_MASTER), writeMultivariantPlaylist(withThem, apart.renditions))
}
