import { join } from 'node:path'
import { writeIframeStreams } from '../protocol/iframe-playlist.ts'
import { writeMultivariantPlaylist } from '../protocol/playlist-writer.ts'
import { FMP4_MASTER } from './segment-kind.ts'
import type { VariantWriter } from './variant-writer.ts'
import { writeByRename } from './write-by-rename.ts'

/** Writes `master.m3u8`, which lists the keyframes of each variant too once all are complete, and `master-fmp4.m3u8` where
 *  there is fragmented MP4. */
export async function writeMasters(folder: string, variants: readonly VariantWriter[], ended: boolean): Promise<void> {
  const streams = variants.map((variant) => variant.describe(ended))
  const iframeStreams = ended ? variants.flatMap((variant) => variant.describeIframes()) : []
  const text = `${writeMultivariantPlaylist(streams)}${writeIframeStreams(iframeStreams)}`
  await writeByRename(join(folder, 'master.m3u8'), text)
  const fmp4Streams = variants.flatMap((variant) => variant.describeFmp4(ended))
  if (fmp4Streams.length === 0) return
  await writeByRename(join(folder, FMP4_MASTER), writeMultivariantPlaylist(fmp4Streams))
}
