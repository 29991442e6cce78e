import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { planAv1Copy } from './av1-copy.ts'
import { planH264Copy, planHevcCopy, type Surveyed } from './copy-survey.ts'
import type { EncodePlan } from './encode.ts'
import { isDiskFull } from './disk-full.ts'
import { expectConformance } from './conformance.ts'
import { inspectSource } from './inspect.ts'
import { usualLimits, withinMinutes, type JobLimits } from './job-limits.ts'
import { readMp4Index } from './mp4-index.ts'
import { shortfall } from './package-plan.ts'
import {
  CopyProblem,
  Packaging,
  type PackageFacts,
  type PackageOptions,
  type PackageResult,
  type PackageWishes,
} from './packaging.ts'
import { prepareSource, type PreparedSource } from './prepare-source.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import { writeSingleFiles } from './single-files.ts'
import { makeSoundPackage } from './sound-package.ts'
import type { SourceFacts } from './source-facts.ts'

export type { PackageFacts, PackageOptions, PackageResult, PackageWishes }

/** Makes a video into a folder of plain HLS files: `master.m3u8`, per variant `index.m3u8`, `00000.ts`… and
 *  `outline.json`, per rendition (`audio-1`, `subtitles-1`…) `index.m3u8` and its segments, and `poster.jpg`; of sound
 *  alone one variant, `audio`, of packed audio. What is asked for beside these comes at the end. Segments and playlists
 *  appear while it runs, each by rename. `outFolder` is created or must be empty. Rejects with SegmenterRefusal for what
 *  cannot be segmented, or with the signal's reason; either way the folder is gone then. */
export async function makePackage(
  sourcePath: string,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult> {
  await claimFolder(outFolder)
  const { limits = usualLimits } = options
  try {
    return await withinMinutes(limits, options.signal, (signal) => {
      return makeWithin(limits, sourcePath, outFolder, { ...options, signal })
    })
  } catch (error) {
    await rm(outFolder, { recursive: true, force: true })
    throw isDiskFull(error) ? new SegmenterRefusal('disk-full', 'the disk is full', { cause: error }) : error
  }
}

async function makeWithin(
  limits: JobLimits,
  sourcePath: string,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult> {
  const facts = await inspectSource(sourcePath, options)
  if (!('video' in facts)) {
    return checked(makeSoundPackage(sourcePath, facts, outFolder, options), outFolder, options)
  }
  const planned = await planWithCopy(sourcePath, { facts, limits }, options)
  const { warnings, ...made } = await makeWithCopy(planned, outFolder, options)
  const missing = shortfall(planned.promisedSeconds, made.durationSeconds)
  return { ...made, warnings: [...facts.warnings, ...missing, ...planned.notes, ...warnings] }
}

type Planned = PreparedSource & {
  readonly codec: string // of the source's pictures
  readonly withCopy: EncodePlan | string | undefined // or why not; undefined where it was not asked for
}

/** The index of a film has some ten megabytes: it is let go before anything is made. */
async function planWithCopy(
  sourcePath: string,
  { facts, limits }: { readonly facts: SourceFacts; readonly limits: JobLimits },
  options: PackageOptions,
): Promise<Planned> {
  const index = await readMp4Index(sourcePath)
  const prepared = await prepareSource(sourcePath, { facts, index, limits }, options)
  const plan: EncodePlan = options.webrtc === true ? { ...prepared.plan, hasNoBFrames: true } : prepared.plan
  const planning = copyPlanning({ plan, facts, index }, options)
  return { ...prepared, plan, codec: facts.video.codec, withCopy: planning && (await orReason(planning, options)) }
}

/** Whatever the source's own pictures turn out to be, the variants that every player takes are made. */
async function makeWithCopy(
  { plan, codec, withCopy }: Planned,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult> {
  if (withCopy === undefined) return makePlanned(plan, outFolder, options)
  const copied = typeof withCopy === 'string' ? withCopy : await tryWithCopy(withCopy, outFolder, options)
  if (typeof copied !== 'string') return copied
  const made = await makePlanned(plan, outFolder, options)
  if (codec === 'h264') return { ...made, notCopied: copied }
  return { ...made, warnings: [`The ${codec.toUpperCase()} of the source was not kept: ${copied}.`, ...made.warnings] }
}

function copyPlanning(surveyed: Surveyed, options: PackageOptions): Promise<EncodePlan | string> | undefined {
  const { codec } = surveyed.facts.video
  if (codec === 'h264' && options.copy !== false && options.webrtc !== true) return planH264Copy(surveyed, options)
  if (options.keepOriginal !== true) return undefined
  if (codec === 'hevc') return planHevcCopy(surveyed, options)
  if (codec === 'av1' && options.segments !== 'fmp4') return Promise.resolve('it needs fragmented MP4')
  if (codec === 'av1') return planAv1Copy(surveyed, options)
  return undefined
}

/** The plan, or why there is none. */
async function orReason(
  planning: Promise<EncodePlan | string>,
  { signal }: PackageOptions,
): Promise<EncodePlan | string> {
  try {
    return await planning
  } catch (error) {
    signal?.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  }
}

/** The package, or what was wrong with the copied variant, and then the folder is empty again. */
async function tryWithCopy(
  plan: EncodePlan,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult | string> {
  try {
    return await makePlanned(plan, outFolder, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(error instanceof CopyProblem) && !isNotRight(error)) throw error
    await emptyFolder(outFolder)
    return error.message
  }
}

function isNotRight(error: unknown): error is SegmenterRefusal {
  return error instanceof SegmenterRefusal && error.code === 'package-not-right'
}

function makePlanned(plan: EncodePlan, outFolder: string, options: PackageOptions): Promise<PackageResult> {
  return checked(new Packaging(plan, outFolder, options).run(), outFolder, options)
}

async function checked(
  making: Promise<PackageResult>,
  outFolder: string,
  { tools, signal, singleFiles = false }: PackageOptions,
): Promise<PackageResult> {
  const made = await making
  if (singleFiles) await writeSingleFiles(outFolder, signal)
  await expectConformance(outFolder, { tools, signal })
  return made
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
}

async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const [held] = await readdir(folder)
  if (held !== undefined) throw new SegmenterRefusal('folder-not-empty', `${folder} holds ${held} already`)
}
