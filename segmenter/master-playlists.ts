import { join } from 'node:path'
import { writeIframeStreams } from '../protocol/iframe-playlist.ts'
import { writeMultivariantPlaylist } from '../protocol/playlist-writer.ts'
import { noRenditions, withRenditions, type MadeRenditions } from './renditions.ts'
import { FMP4_MASTER } from './segment-kind.ts'
import type { VariantWriter } from './variant-writer.ts'
import { writeByRename } from './write-by-rename.ts'

/** Writes `master.m3u8`, and `master-fmp4.m3u8` where there is fragmented MP4, which has no renditions. Once all is complete
 *  the former lists the keyframes of each variant too, and the renditions that were `made`; absent: it is not yet. */
export async function writeMasters(
  folder: string,
  variants: readonly VariantWriter[],
  made?: MadeRenditions,
): Promise<void> {
  const ended = made !== undefined
  const { renditions } = made ?? noRenditions
  const streams = variants.map((variant) => withRenditions(variant.describe(ended), made ?? noRenditions))
  const iframeStreams = ended ? variants.flatMap((variant) => variant.describeIframes()) : []
  const text = `${writeMultivariantPlaylist(streams, renditions)}${writeIframeStreams(iframeStreams)}`
  await writeByRename(join(folder, 'master.m3u8'), text)
  const fmp4Streams = variants.flatMap((variant) => variant.describeFmp4(ended))
  if (fmp4Streams.length === 0) return
  await writeByRename(join(folder, FMP4_MASTER), writeMultivariantPlaylist(fmp4Streams))
}
