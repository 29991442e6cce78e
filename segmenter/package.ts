import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { VariantSummary } from '../protocol/weir-api.ts'
import { alignmentProblem } from './alignment-check.ts'
import { bandwidthBound, transportBound } from './bandwidth-bound.ts'
import { ChildFailed } from './child-run.ts'
import { isDiskFull } from './disk-full.ts'
import { expectConformance } from './conformance.ts'
import { encodeArguments, type EncodePlan } from './encode.ts'
import { runFfmpeg } from './ffmpeg.ts'
import { surveyHevc } from './hevc-survey.ts'
import { inspectSource } from './inspect.ts'
import { usualLimits, withinMinutes, type JobLimits } from './job-limits.ts'
import { writeMasters } from './master-playlists.ts'
import { shortfall, withHevcCopy } from './package-plan.ts'
import { writePoster } from './poster.ts'
import { prepareSource } from './prepare-source.ts'
import { makeRenditions, noRenditions, withRenditions, type MadeRenditions } from './renditions.ts'
import { ProgressEstimate, type Progress } from './progress-estimate.ts'
import type { SegmentKind } from './segment-kind.ts'
import { nothingDecoded, SegmenterRefusal } from './segmenter-refusal.ts'
import { makeSoundPackage } from './sound-package.ts'
import type { SourceFacts } from './source-facts.ts'
import { writeThumbnails } from './thumbnails.ts'
import type { Tools } from './tools.ts'
import { VariantWriter } from './variant-writer.ts'

export type PackageFacts = { readonly durationSeconds: number; readonly variants: readonly VariantSummary[] }
export type PackageResult = PackageFacts & { readonly warnings: readonly string[] }

export type PackageOptions = {
  readonly tools: Tools
  readonly signal?: AbortSignal
  /** A source in HEVC whose keyframes suffice keeps a variant of its own pictures, beside those of H.264. */
  readonly keepHevc?: boolean
  readonly limits?: JobLimits // absent: the usual ones
  /** `fmp4`: fragmented MP4 beside the transport stream, with a multivariant playlist of its own. Absent: `ts`. */
  readonly segments?: SegmentKind
  readonly onProgress?: (progress: Progress) => void
  /** Every variant has its first segment and stands in `master.m3u8`; the duration is the source's. */
  readonly onPlayable?: (facts: PackageFacts) => void
  /** Each ffmpeg that is started. */
  readonly onProcess?: (pid: number) => void
}

/** Makes a video into a folder of plain HLS files: `master.m3u8`, per variant `index.m3u8`, `00000.ts`… and
 *  `outline.json`, per rendition (`audio-1`, `subtitles-1`…) `index.m3u8` and its segments, and `poster.jpg`; of sound
 *  alone one variant, `audio`, of packed audio. Segments and playlists appear while it runs, each by rename. `outFolder` is created
 *  or must be empty. Rejects with SegmenterRefusal for what cannot be segmented, or with the signal's reason; either way
 *  the folder is gone then. */
export async function makePackage(
  sourcePath: string,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult> {
  await claimFolder(outFolder)
  const { limits = usualLimits } = options
  try {
    return await withinMinutes(limits, options.signal, async (signal) => {
      const made = await makeWithin(limits, sourcePath, outFolder, { ...options, signal })
      await expectConformance(outFolder, { tools: options.tools, signal })
      return made
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
  if (!('video' in facts)) return makeSoundPackage(sourcePath, facts, outFolder, options)
  const { plan, promisedSeconds, notes } = await prepareSource(sourcePath, facts, limits, options)
  const { warnings, ...made } = await makeWithHevc(plan, facts, outFolder, options)
  const missing = shortfall(promisedSeconds, made.durationSeconds)
  return { ...made, warnings: [...facts.warnings, ...missing, ...notes, ...warnings] }
}

/** Whatever the source's own pictures turn out to be, the variants that every player takes are made. */
async function makeWithHevc(
  plan: EncodePlan,
  facts: SourceFacts,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult> {
  if (options.keepHevc !== true || facts.video.codec !== 'hevc') return new Packaging(plan, outFolder, options).run()
  const planned = await planHevc(plan, facts, options)
  const withCopy = typeof planned === 'string' ? planned : await tryWithCopy(planned, outFolder, options)
  if (typeof withCopy !== 'string') return withCopy
  const made = await new Packaging(plan, outFolder, options).run()
  return { ...made, warnings: [`The HEVC of the source was not kept: ${withCopy}.`, ...made.warnings] }
}

/** The plan, or why there is none. */
async function planHevc(plan: EncodePlan, facts: SourceFacts, options: PackageOptions): Promise<EncodePlan | string> {
  try {
    return withHevcCopy(plan, facts, await surveyHevc(plan.sourcePath, facts, options))
  } catch (error) {
    options.signal?.throwIfAborted()
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
    return await new Packaging(plan, outFolder, options).run()
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(error instanceof CopyProblem)) throw error
    await emptyFolder(outFolder)
    return error.message
  }
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
}

async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const [held] = await readdir(folder)
  if (held !== undefined) throw new SegmenterRefusal('folder-not-empty', `${folder} holds ${held} already`)
}

/** Of the variant that was to be copied; the others are as they should be. */
class CopyProblem extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'CopyProblem'
  }
}

const COPIED_ROUNDING_TICKS = 135 // 1.5 ms: containers that count in ms

class Packaging {
  readonly #plan: EncodePlan
  readonly #outFolder: string
  readonly #workFolder: string
  readonly #options: PackageOptions
  readonly #variants: VariantWriter[] // the copied one last: who takes the first gets what every player takes
  readonly #copy: VariantWriter | undefined
  #isPlayable = false
  #made = noRenditions

  constructor(plan: EncodePlan, outFolder: string, options: PackageOptions) {
    this.#plan = plan
    this.#outFolder = outFolder
    this.#workFolder = join(outFolder, '.work')
    this.#options = options
    const { frameRate, cuts, audio, copy } = plan
    const withAudio = audio !== undefined
    const { targetDurationSeconds } = cuts
    const withFmp4 = options.segments === 'fmp4'
    const shared = { frameRate, withAudio, withFmp4, targetDurationSeconds, workFolder: this.#workFolder, outFolder }
    this.#variants = plan.rungs.map(({ maxRateBitsPerSecond, ...rung }) => {
      const bandwidthBitsPerSecond = bandwidthBound({ maxRateBitsPerSecond, frameRate, withAudio })
      return new VariantWriter({ ...rung, bandwidthBitsPerSecond, ...shared })
    })
    if (copy === undefined) return
    const { videoBitsPerSecond, ...facts } = copy
    const bandwidthBitsPerSecond = transportBound(videoBitsPerSecond, shared)
    const roundingTicks = COPIED_ROUNDING_TICKS
    this.#copy = new VariantWriter({ ...facts, bandwidthBitsPerSecond, roundingTicks, ...shared })
    this.#variants.push(this.#copy)
  }

  async run(): Promise<PackageResult> {
    for (const variant of this.#variants) await variant.createFolders()
    const folders = { work: this.#workFolder, out: this.#outFolder }
    const hasPoster = await writePoster(this.#plan, folders, this.#options.tools, this.#ffmpegOptions())
    await this.#encode()
    await this.#finish()
    const smallest = this.#variants.findLast((variant) => variant !== this.#copy)
    const hasThumbnails = await writeThumbnails(smallest, folders, this.#options.tools, this.#ffmpegOptions())
    await rm(this.#workFolder, { recursive: true })
    return {
      durationSeconds: this.#variants[0]?.durationSeconds ?? 0,
      variants: this.#summaries(true),
      warnings: [
        ...this.#made.warnings,
        ...(hasPoster ? [] : ['No picture could be taken for the poster.']),
        ...(hasThumbnails ? [] : ['No pictures could be taken for the scrub bar.']),
      ],
    }
  }

  #ffmpegOptions(): Pick<PackageOptions, 'signal' | 'onProcess'> {
    const { signal, onProcess } = this.#options
    return { ...(signal && { signal }), ...(onProcess && { onProcess }) }
  }

  /** Encodes, and publishes at each sign of progress what is finished. A segment that is not as it should be ends it. */
  async #encode(): Promise<void> {
    const { tools, signal, onProgress } = this.#options
    const estimate = new ProgressEstimate(this.#plan.durationSeconds)
    const broken = new AbortController()
    let publishing = Promise.resolve()
    const publish = (): void => {
      publishing = publishing.then(() => this.#publishFinished())
      publishing.catch((error: unknown) => broken.abort(error))
    }
    try {
      await runFfmpeg(tools, encodeArguments(this.#plan), {
        ...this.#ffmpegOptions(),
        cwd: this.#workFolder,
        signal: signal === undefined ? broken.signal : AbortSignal.any([signal, broken.signal]),
        onProgress: (outSeconds) => {
          onProgress?.(estimate.at(outSeconds, performance.now()))
          publish()
        },
      })
    } catch (error) {
      await publishing.catch(() => {}) // nothing of it may still write when the folder is removed
      throw this.#isEmpty() && error instanceof ChildFailed && !isDiskFull(error) ? nothingDecoded(error) : error
    }
    publish()
    await publishing
    if (this.#isEmpty()) throw nothingDecoded()
  }

  #isEmpty(): boolean {
    return this.#variants.every(({ segmentCount }) => segmentCount === 0)
  }

  async #publishFinished(): Promise<void> {
    for (const variant of this.#variants) {
      await variant.publishFinished().catch((error: unknown) => {
        throw variant === this.#copy && !isDiskFull(error) ? new CopyProblem(error) : error
      })
    }
    if (this.#isPlayable || this.#variants.some(({ segmentCount }) => segmentCount === 0)) return
    this.#isPlayable = true
    await writeMasters(this.#outFolder, this.#variants)
    const { durationSeconds } = this.#plan
    this.#options.onPlayable?.({ durationSeconds, variants: this.#summaries(false) })
  }

  async #finish(): Promise<void> {
    const encoded = this.#variants.filter((variant) => variant !== this.#copy)
    const problem = alignmentProblem(encoded.map((variant) => variant.shape()))
    if (problem !== undefined) throw new Error(`the variants do not match: ${problem}`)
    const copyProblem = alignmentProblem(this.#variants.map((variant) => variant.shape()))
    if (copyProblem !== undefined) throw new CopyProblem(copyProblem)
    for (const variant of this.#variants) await variant.finish()
    this.#made = await this.#makeRenditions()
    await writeMasters(this.#outFolder, this.#variants, this.#made)
  }

  async #makeRenditions(): Promise<MadeRenditions> {
    const { originTicks = 0, durationsSeconds = [] } = this.#variants[0]?.shape() ?? {}
    const { renditions: plan, cuts } = this.#plan
    if (plan === undefined) return noRenditions
    return makeRenditions({
      source: this.#plan,
      plan,
      cuts: { originTicks, durationsSeconds, targetDurationSeconds: cuts.targetDurationSeconds },
      workFolder: this.#workFolder,
      outFolder: this.#outFolder,
      tools: this.#options.tools,
      ffmpeg: this.#ffmpegOptions(),
    })
  }

  #summaries(ended: boolean): VariantSummary[] {
    return this.#variants.map((variant) => {
      const stream = withRenditions(variant.describe(ended), this.#made)
      const { uri: _uri, averageBandwidthBitsPerSecond: _average, isSoundAlone: _no, codecs, ...facts } = stream
      return { name: variant.name, ...facts, codecs: codecs.join(',') }
    })
  }
}
