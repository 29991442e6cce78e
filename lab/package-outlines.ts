import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readOutline, type Outline } from '../protocol/outline.ts'
import type { SimulatedVideo } from '../simulation/experiment.ts'

/** A package that cannot be watched in the lab. */
export class BadPackage extends Error {}

export type PackageOutlines = {
  readonly video: SimulatedVideo
  readonly sha256: string // of all that the outlines say: the same pictures in the same bytes
}

/** The variants of a folder that the segmenter made, the lowest bitrate first; of a package with H.264 those of H.264.
 *  Rejects with BadPackage. */
export async function packageOutlines(folder: string, title: string): Promise<PackageOutlines> {
  const names = (await readdir(folder, { withFileTypes: true })).flatMap((entry) =>
    entry.isDirectory() ? entry.name : [],
  )
  const read = await Promise.all(names.toSorted().map((name) => outlineIn(join(folder, name))))
  const found = read.flatMap((outline) => outline ?? [])
  const ofH264 = found.filter(({ outline }) => outline.video?.codec.startsWith('avc1') === true)
  const taken = (ofH264.length > 0 ? ofH264 : found).toSorted((a, b) => bitrateOf(a.outline) - bitrateOf(b.outline))
  if (taken.length === 0)
    throw new BadPackage(`${folder} must have variants with an outline.json, as weir segment makes them`)
  const hash = createHash('sha256')
  for (const { text } of taken) hash.update(text)
  return { video: { title, outlines: taken.map(({ outline }) => outline) }, sha256: hash.digest('hex') }
}

async function outlineIn(folder: string): Promise<{ readonly outline: Outline; readonly text: string } | undefined> {
  const path = join(folder, 'outline.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined // a rendition
  const outline = readOutline(text)
  if (!outline.ok || !outline.value.ended)
    throw new BadPackage(`${path} must be a whole outline of this version of Weir`)
  return { outline: outline.value, text }
}

/** In bytes a second: only compared. */
function bitrateOf({ segments }: Outline): number {
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  return segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / Math.max(seconds, 1e-9)
}
