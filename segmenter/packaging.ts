import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PicturedStream } from '../protocol/playlist-writer.ts'
import type { VariantSummary } from '../protocol/weir-api.ts'
import { alignmentProblem } from './alignment-check.ts'
import { allOrNone } from './all-or-none.ts'
import { makeAv1Variant } from './av1-variant.ts'
import { bandwidthBound, transportBound, type Muxed } from './bandwidth-bound.ts'
import { ChildFailed } from './child-run.ts'
import { copyArguments, encodeArguments, type CopiedVariant, type EncodePlan } from './encode.ts'
import { decodeComplaint } from './decode-complaints.ts'
import { isDiskFull } from './disk-full.ts'
import { runFfmpeg, type FfmpegOptions } from './ffmpeg.ts'
import { finishedSegments } from './finished-segments.ts'
import type { JobLimits } from './job-limits.ts'
import { writeMasters } from './master-playlists.ts'
import { Moment } from './moment.ts'
import { makeOpusSound } from './opus-sound.ts'
import { writePoster } from './poster.ts'
import { ProgressEstimate, type Progress } from './progress-estimate.ts'
import { Publishing } from './publishing.ts'
import { MAIN_SOUND_FOLDER, makeRenditions, noRenditions, withRenditions, type MadeRenditions } from './renditions.ts'
import type { SegmentKind } from './segment-kind.ts'
import { nothingDecoded } from './segmenter-refusal.ts'
import { writeThumbnails } from './thumbnails.ts'
import type { Tools } from './tools.ts'
import { VariantWriter, type VariantOptions } from './variant-writer.ts'

export type PackageFacts = { readonly durationSeconds: number; readonly variants: readonly VariantSummary[] }
export type PackageResult = PackageFacts & {
  readonly warnings: readonly string[]
  readonly notCopied?: string // why the pictures of a source in H.264 had to be encoded, for the log
}

export type PackageOptions = {
  readonly tools: Tools
  readonly signal?: AbortSignal
  /** Whether the pictures of a source in H.264 that every player takes are the top variant as they are; absent: yes. */
  readonly copy?: boolean
  /** A source in HEVC, or with `fmp4` in AV1, whose keyframes suffice keeps a variant of its own pictures, beside those of
   *  H.264. */
  readonly keepOriginal?: boolean
  readonly limits?: JobLimits // absent: the usual ones
  /** `fmp4`: fragmented MP4 beside the transport stream, with a multivariant playlist of its own. Absent: `ts`. */
  readonly segments?: SegmentKind
  /** All segments of a variant in one file as well, listed as ranges of it, when the package is complete. Absent: not. */
  readonly singleFiles?: boolean
  /** Variants without B-frames, none of them copied from a source in H.264, and the sound as Opus as well: what WebRTC takes.
   *  Absent: not. */
  readonly webrtc?: boolean
  readonly onProgress?: (progress: Progress) => void
  /** The copied variant has its first segment and its own playlist; the others and `master.m3u8` are yet to come. */
  readonly onCopyPlayable?: (facts: PackageFacts) => void
  /** Every variant has its first segment and stands in `master.m3u8`; the duration is the source's. */
  readonly onPlayable?: (facts: PackageFacts) => void
  /** Each ffmpeg that is started. */
  readonly onProcess?: (pid: number) => void
}

/** Of the variant that was to be copied; the others are as they should be. */
export class CopyProblem extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : `its pictures are damaged: ${String(cause)}`, { cause })
    this.name = 'CopyProblem'
  }
}

const LOOKING_MS = 100 // until the first segments are there: ffmpeg tells its progress twice a second
const KEPT_OF_LIST_CHARACTERS = 256

/** What whoever starts a server or a command may want of packages. */
export type PackageWishes = Pick<
  PackageOptions,
  'copy' | 'keepOriginal' | 'limits' | 'segments' | 'singleFiles' | 'webrtc'
>

/** What tells one variant of a package from the others. */
type OwnFacts = Pick<
  VariantOptions,
  'name' | 'widthPixels' | 'heightPixels' | 'bandwidthBitsPerSecond' | 'isCopied' | 'fmp4'
>

/** One package on its way: the commands that make it, and what is published of them meanwhile. */
export class Packaging {
  readonly #plan: EncodePlan
  readonly #outFolder: string
  readonly #workFolder: string
  readonly #options: PackageOptions
  readonly #encoded: readonly VariantWriter[]
  readonly #copy: VariantWriter | undefined
  readonly #variants: readonly VariantWriter[] // as `master.m3u8` lists them: who takes the first gets H.264
  readonly #copyPlayable = new Moment()
  #isPlayable = false
  #made = noRenditions
  #opusProblem: string | undefined
  #complaint: string | undefined // of whoever decodes the pictures that are copied

  constructor(plan: EncodePlan, outFolder: string, options: PackageOptions) {
    this.#plan = plan
    this.#outFolder = outFolder
    this.#workFolder = join(outFolder, '.work')
    this.#options = options
    this.#encoded = plan.rungs.map((rung, index) => {
      const bandwidthBitsPerSecond = bandwidthBound({ ...rung, ...this.#muxed() })
      return this.#writerOf({ ...rung, bandwidthBitsPerSecond, ...this.#fmp4(index === 0) })
    })
    this.#copy = plan.copy && this.#copyWriter(plan.copy)
    const copies = this.#copy === undefined ? [] : [this.#copy]
    this.#variants = plan.copy?.codec === 'h264' ? [...copies, ...this.#encoded] : [...this.#encoded, ...copies]
  }

  #muxed(): Muxed {
    const { frameRate, audio } = this.#plan
    const audioBitsPerSecond = audio?.copied?.bitsPerSecond
    return { frameRate, withAudio: audio !== undefined, ...(audioBitsPerSecond && { audioBitsPerSecond }) }
  }

  #copyWriter({ name, widthPixels, heightPixels, videoBitsPerSecond }: CopiedVariant): VariantWriter {
    const bandwidthBitsPerSecond = transportBound(videoBitsPerSecond, this.#muxed())
    const fmp4 = this.#fmp4(this.#encoded.length === 0)
    return this.#writerOf({ name, widthPixels, heightPixels, bandwidthBitsPerSecond, isCopied: true, ...fmp4 })
  }

  #writerOf(facts: OwnFacts): VariantWriter {
    const { name, widthPixels, heightPixels, bandwidthBitsPerSecond, isCopied = false, fmp4 } = facts
    const { frameRate, cuts, audio } = this.#plan
    const { targetDurationSeconds } = cuts
    const folders = { workFolder: this.#workFolder, outFolder: this.#outFolder }
    const shared = {
      frameRate,
      targetDurationSeconds,
      withAudio: audio !== undefined,
      ...(fmp4 && { fmp4 }),
      ...folders,
    }
    return new VariantWriter({ name, widthPixels, heightPixels, bandwidthBitsPerSecond, isCopied, ...shared })
  }

  /** With other sounds beside it, the main one is apart as well: once, since it is the same in all variants. */
  #fmp4(writesSound: boolean): Pick<VariantOptions, 'fmp4'> {
    if (this.#options.segments !== 'fmp4') return {}
    if (this.#plan.renditions?.main === undefined) return { fmp4: {} }
    return { fmp4: { soundFolder: writesSound ? join(this.#outFolder, MAIN_SOUND_FOLDER) : undefined } }
  }

  async #writeMasters(made?: MadeRenditions, kept: readonly PicturedStream[] = []): Promise<void> {
    const { renditions, cuts } = this.#plan
    const facts = { main: renditions?.main, targetDurationSeconds: cuts.targetDurationSeconds }
    await writeMasters(this.#outFolder, this.#variants, facts, made, kept)
  }

  async run(): Promise<PackageResult> {
    for (const variant of this.#variants) await variant.createFolders()
    const [hasPoster] = await allOrNone(this.#options.signal, [
      (signal) => this.#poster(signal),
      (signal) => this.#copyPictures(signal),
      (signal) => this.#encode(signal),
    ])
    if (this.#encoded.length === 0 && this.#complaint !== undefined) throw new CopyProblem(this.#complaint)
    await this.#finish()
    const hasThumbnails = await this.#thumbnails()
    await rm(this.#workFolder, { recursive: true })
    return {
      durationSeconds: this.#variants[0]?.durationSeconds ?? 0,
      variants: this.#summaries(this.#variants, true),
      warnings: [
        ...this.#made.warnings,
        ...(this.#opusProblem === undefined ? [] : [this.#opusProblem]),
        ...(hasPoster ? [] : ['No picture could be taken for the poster.']),
        ...(hasThumbnails ? [] : ['No pictures could be taken for the scrub bar.']),
      ],
    }
  }

  #thumbnails(): Promise<boolean> {
    const smallest = this.#encoded.at(-1) ?? this.#copy
    return writeThumbnails(smallest, this.#folders(), this.#options.tools, this.#ownOptions())
  }

  #folders(): { readonly work: string; readonly out: string } {
    return { work: this.#workFolder, out: this.#outFolder }
  }

  #ownOptions(): Pick<PackageOptions, 'signal' | 'onProcess'> {
    const { signal, onProcess } = this.#options
    return { ...(signal && { signal }), ...(onProcess && { onProcess }) }
  }

  #poster(signal: AbortSignal): Promise<boolean> {
    const onStderr = (text: string): void => {
      this.#complaint ??= decodeComplaint(text)
    }
    return writePoster(this.#plan, this.#folders(), this.#options.tools, { ...this.#ffmpegOptions(signal), onStderr })
  }

  #ffmpegOptions(signal: AbortSignal): FfmpegOptions {
    const { onProcess } = this.#options
    return { signal, cwd: this.#workFolder, ...(onProcess && { onProcess }) }
  }

  /** Copies, and publishes each segment as soon as ffmpeg tells that it is finished. */
  async #copyPictures(signal: AbortSignal): Promise<void> {
    const { copy } = this.#plan
    const writer = this.#copy
    if (copy === undefined || writer === undefined) return
    let told = ''
    let isEnded = false
    // A segment is named just before its file is closed.
    const closedSegments = (): number => finishedSegments(told) - (isEnded ? 0 : 1)
    const publishing = new Publishing(signal, () => this.#publishCopied(writer, closedSegments()))
    const options = {
      ...this.#ffmpegOptions(publishing.signal),
      ...this.#progress(this.#encoded.length === 0),
      onStdout: (text: string) => {
        told = (told + text).slice(-KEPT_OF_LIST_CHARACTERS)
        publishing.due()
      },
    }
    try {
      const copying = runFfmpeg(this.#options.tools, copyArguments(this.#plan, copy), options)
      await publishing.during(copying.then(() => void (isEnded = true)))
      if (writer.segmentCount === 0) throw new Error('nothing of it could be copied')
    } catch (error) {
      throw isDiskFull(error) || signal.aborted ? error : new CopyProblem(error)
    } finally {
      this.#copyPlayable.come()
    }
  }

  async #publishCopied(writer: VariantWriter, finished: number): Promise<void> {
    if (writer.segmentCount === 0 && finished > 0) {
      await writer.publishUpTo(1) // the others may be hundreds already
      const { durationSeconds } = this.#plan
      if (this.#encoded.length > 0) {
        this.#options.onCopyPlayable?.({ durationSeconds, variants: this.#summaries([writer], false) })
      }
      this.#copyPlayable.come()
      await this.#tellPlayable()
    }
    await writer.publishUpTo(finished)
  }

  /** Encodes, and publishes at each sign of progress what is finished. A segment that is not as it should be ends it. It takes
   *  all of the machine: what can be played at once comes first. */
  async #encode(signal: AbortSignal): Promise<void> {
    if (this.#encoded.length === 0) return
    if (this.#copy !== undefined) await this.#copyPlayable.reached
    const publishing = new Publishing(signal, () => this.#publishEncoded())
    const looking = setInterval(() => (this.#isPlayable ? clearInterval(looking) : publishing.due()), LOOKING_MS)
    const options = {
      ...this.#ffmpegOptions(publishing.signal),
      ...this.#progress(true, () => publishing.due()),
      onStderr: (text: string) => {
        this.#complaint ??= decodeComplaint(text)
        if (this.#copy !== undefined && this.#complaint !== undefined) publishing.stop(new CopyProblem(this.#complaint))
      },
    }
    try {
      await publishing.during(runFfmpeg(this.#options.tools, encodeArguments(this.#plan), options))
    } catch (error) {
      throw this.#isEmpty() && error instanceof ChildFailed && !isDiskFull(error) ? nothingDecoded(error) : error
    } finally {
      clearInterval(looking)
    }
    if (this.#isEmpty()) throw nothingDecoded()
  }

  #progress(isTold: boolean, then?: () => void): Pick<FfmpegOptions, 'onProgress'> {
    if (!isTold) return {}
    const estimate = new ProgressEstimate(this.#plan.durationSeconds)
    return {
      onProgress: (outSeconds) => {
        this.#options.onProgress?.(estimate.at(outSeconds, performance.now()))
        then?.()
      },
    }
  }

  #isEmpty(): boolean {
    return this.#encoded.every(({ segmentCount }) => segmentCount === 0)
  }

  async #publishEncoded(): Promise<void> {
    for (const variant of this.#encoded) await variant.publishListed()
    await this.#tellPlayable()
  }

  async #tellPlayable(): Promise<void> {
    if (this.#isPlayable || this.#variants.some(({ segmentCount }) => segmentCount === 0)) return
    this.#isPlayable = true
    await this.#writeMasters()
    const { durationSeconds } = this.#plan
    this.#options.onPlayable?.({ durationSeconds, variants: this.#summaries(this.#variants, false) })
  }

  async #finish(): Promise<void> {
    const problem = alignmentProblem(this.#encoded.map((variant) => variant.shape()))
    if (problem !== undefined) throw new Error(`the variants do not match: ${problem}`)
    const copyProblem = alignmentProblem(this.#variants.map((variant) => variant.shape()))
    if (copyProblem !== undefined) throw new CopyProblem(new Error(copyProblem))
    for (const variant of this.#variants) await variant.finish()
    this.#made = await this.#makeRenditions()
    if (this.#options.webrtc === true) this.#opusProblem = await this.#makeOpus()
    await this.#writeMasters(this.#made, await this.#keepAv1())
  }

  async #keepAv1(): Promise<readonly PicturedStream[]> {
    const { av1: kept, renditions } = this.#plan
    const [best] = this.#encoded
    if (kept === undefined || best === undefined) return []
    const neighbour = { ...best.shape(), head: best.head, codecs: best.describe(true).codecs }
    const folders = { workFolder: this.#workFolder, outFolder: this.#outFolder }
    const options = { tools: this.#options.tools, ffmpeg: this.#ownOptions() }
    try {
      const isSoundApart = renditions?.main !== undefined
      return [await makeAv1Variant({ plan: this.#plan, kept, neighbour, isSoundApart, ...folders, ...options })]
    } catch (error) {
      throw isDiskFull(error) || this.#options.signal?.aborted === true ? error : new CopyProblem(error)
    }
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
      ffmpeg: this.#ownOptions(),
    })
  }

  #makeOpus(): Promise<string | undefined> {
    const { originTicks = 0, durationsSeconds = [] } = this.#variants[0]?.shape() ?? {}
    const { tools } = this.#options
    const ffmpeg = this.#ownOptions()
    return makeOpusSound({ plan: this.#plan, originTicks, durationsSeconds, outFolder: this.#outFolder, tools, ffmpeg })
  }

  #summaries(variants: readonly VariantWriter[], ended: boolean): VariantSummary[] {
    return variants.map((variant) => {
      const stream = withRenditions(variant.describe(ended), this.#made)
      const { uri: _uri, averageBandwidthBitsPerSecond: _average, isSoundAlone: _no, codecs, ...facts } = stream
      return { name: variant.name, ...facts, codecs: codecs.join(',') }
    })
  }
}
