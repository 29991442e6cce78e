import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readOutline, type Outline } from '../protocol/outline.ts'
import { readViewedPlaylist, type ViewedVariant } from '../protocol/hls-playlist.ts'
import { makePackage } from '../segmenter/package.ts'
import { makeSampleClip } from '../segmenter/sample-clip.ts'
import { MASTER } from '../segmenter/segment-kind.ts'
import { findTools } from '../segmenter/tools.ts'
import { MediaFolder, newVideoId } from '../server/media-folder.ts'
import { writeVideoRecord, type VideoRecord } from '../server/video-record.ts'
import type { ScenarioSource } from '../simulation/scenario.ts'
import { BadSource } from './bad-source.ts'

/** A video in a library of the lab's own. */
export type LabVideo = {
  readonly id: string
  readonly variants: readonly LabVariant[] // the lowest bitrate first
}

export type LabVariant = { readonly name: string; readonly bandwidthBitsPerSecond: number; readonly outline: Outline }

export type LibraryOptions = {
  readonly mediaFolder: string // empty
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
}

/** Puts the one video of a scenario into an empty library: a package is copied, a file is segmented. Rejects with BadSource for
 *  what cannot be played, with SegmenterRefusal and ToolMissing as the segmenter does, with the signal's reason. */
export async function putIntoLibrary(source: ScenarioSource, options: LibraryOptions): Promise<LabVideo> {
  if (source.kind === 'model') {
    throw new BadSource('a modelled source has nothing to play: live mode needs source.kind file, package or sample')
  }
  const media = new MediaFolder(options.mediaFolder)
  const id = newVideoId()
  await mkdir(media.video(id), { recursive: true })
  const packageFolder = media.package(id)
  if (source.kind === 'package') await copyPackage(source.path, packageFolder)
  else
    await segment(source.kind === 'file' ? source.path : await sample(source.seconds, options), packageFolder, options)
  const found = await readPackage(packageFolder)
  await writeFile(media.record(id), writeVideoRecord(recordOf(id, found)))
  return { id, variants: found }
}

async function copyPackage(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch((error: NodeJS.ErrnoException) => {
    throw new BadSource(`source.path must be a folder that weir segment has made, got ${from} (${error.code})`)
  })
  if (!names.includes(MASTER)) throw new BadSource(`source.path must be a folder with ${MASTER}, got ${from}`)
  await cp(from, to, { recursive: true })
}

/** Weir's own clip, beside the videos. */
async function sample(seconds: number, { mediaFolder, signal }: LibraryOptions): Promise<string> {
  const file = join(mediaFolder, '.sample.mp4')
  await makeSampleClip(file, { tools: await findTools(process.env), seconds, signal })
  return file
}

async function segment(path: string, to: string, { signal, tell }: LibraryOptions): Promise<void> {
  const tools = await findTools(process.env)
  let toldPercent = 0
  await makePackage(path, to, {
    tools,
    signal,
    onProgress: ({ ratio }) => {
      const percent = Math.floor(10 * ratio) * 10
      if (percent <= toldPercent) return
      toldPercent = percent
      tell(`segmenting ${basename(path)}: ${percent} %`)
    },
  })
}

type Found = LabVariant & { readonly variant: ViewedVariant }

async function readPackage(folder: string): Promise<readonly Found[]> {
  const path = join(folder, MASTER)
  const playlist = readViewedPlaylist(await readFile(path, 'utf8'))
  if (!playlist.ok || playlist.value.kind !== 'multivariant') throw new BadSource(`${path} is no multivariant playlist`)
  const found = await Promise.all(playlist.value.variants.map((variant) => readVariant(folder, variant)))
  return found.toSorted((a, b) => a.bandwidthBitsPerSecond - b.bandwidthBitsPerSecond)
}

async function readVariant(folder: string, variant: ViewedVariant): Promise<Found> {
  const name = dirname(variant.uri)
  const path = join(folder, name, 'outline.json')
  const text = await readFile(path, 'utf8').catch(() => '')
  const outline = readOutline(text)
  if (!outline.ok) throw new BadSource(`${path} is no outline: the package must be one that weir segment has made`)
  return { name, bandwidthBitsPerSecond: variant.bandwidthBitsPerSecond, outline: outline.value, variant }
}

function recordOf(id: string, found: readonly Found[]): VideoRecord {
  const last = found[0]?.outline.segments.at(-1)
  return {
    format: 'weir-video',
    version: 1,
    id,
    title: 'lab',
    createdUnixMs: Date.now(),
    status: 'ready',
    attempt: 1,
    source: 'source.none',
    sourceBytes: 0,
    durationSeconds: last === undefined ? 0 : last.startSeconds + last.durationSeconds,
    variants: found.map(({ name, bandwidthBitsPerSecond, variant, outline }) => ({
      name,
      widthPixels: variant.widthPixels ?? 0,
      heightPixels: variant.heightPixels ?? 0,
      bandwidthBitsPerSecond,
      ...(outline.video === undefined ? {} : { framesPerSecond: outline.video.framesPerSecond }),
      codecs: variant.codecs ?? '',
    })),
  }
}
