import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makePackage } from '../segmenter/package.ts'
import { makeSampleClip } from '../segmenter/sample-clip.ts'
import { findTools, type Tools } from '../segmenter/tools.ts'
import type { SimulatedVideo } from '../simulation/experiment.ts'
import { modelVideo } from '../simulation/model-video.ts'
import type { ScenarioSource } from '../simulation/scenario.ts'
import { keptPackage } from './package-cache.ts'
import { packageOutlines } from './package-outlines.ts'

/** The video of a scenario, ready to be watched. */
export type ScenarioVideo = {
  readonly video: SimulatedVideo
  readonly folder?: string // of its package; absent: a model, which has no bytes
  readonly sha256?: string // of its outlines, where they do not follow from the scenario
}

export type VideoOptions = {
  readonly folder: string // of the scenario: its paths are relative to it
  readonly weir: string // the version; another one may segment otherwise
  readonly signal: AbortSignal
  readonly onProgress: (ratio: number) => void // of segmenting
}

/** Makes or finds what a scenario watches: a file is segmented once and kept. Rejects with BadPackage, with ToolMissing and
 *  SegmenterRefusal as the segmenter does, or with the signal's reason. */
export async function scenarioVideo(source: ScenarioSource, options: VideoOptions): Promise<ScenarioVideo> {
  switch (source.kind) {
    case 'model':
      return { video: modelVideo(source) }
    case 'package':
      return videoOf(resolve(options.folder, source.path), basename(source.path))
    case 'file':
      return videoOf(await segmented(resolve(options.folder, source.path), options), basename(source.path))
    case 'sample':
      return videoOf(await sample(source.seconds, options), 'Weir sample clip')
  }
}

async function videoOf(folder: string, title: string): Promise<ScenarioVideo> {
  return { ...(await packageOutlines(folder, title)), folder }
}

async function segmented(path: string, { weir, signal, onProgress }: VideoOptions): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash, { signal })
  return keptPackage(`${weir}-${hash.digest('hex')}`, async (folder) => {
    await segment(path, folder, { tools: await findTools(process.env), signal, onProgress })
  })
}

async function sample(seconds: number, { weir, signal, onProgress }: VideoOptions): Promise<string> {
  return keptPackage(`${weir}-sample-${seconds}`, async (folder) => {
    const tools = await findTools(process.env)
    const clip = `${folder}.mp4`
    try {
      await makeSampleClip(clip, { tools, seconds, signal })
      await segment(clip, folder, { tools, signal, onProgress })
    } finally {
      await rm(clip, { force: true })
    }
  })
}

type SegmentOptions = Pick<VideoOptions, 'signal' | 'onProgress'> & { readonly tools: Tools }

async function segment(path: string, folder: string, { tools, signal, onProgress }: SegmentOptions): Promise<void> {
  await makePackage(path, folder, { tools, signal, onProgress: ({ ratio }) => onProgress(ratio) })
}
