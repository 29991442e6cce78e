import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { averageBandwidth, peakBandwidth, type SizedSegment } from '../protocol/playlist-bandwidth.ts'
import type { Rendition } from '../protocol/playlist-renditions.ts'
import { writeMediaPlaylist, type VariantStream } from '../protocol/playlist-writer.ts'
import { ChildFailed } from './child-run.ts'
import { isDiskFull } from './disk-full.ts'
import type { EncodePlan } from './encode.ts'
import { runFfmpeg, type FfmpegOptions } from './ffmpeg.ts'
import { writePackedAudio, type SharedCuts, type WrittenSegment } from './packed-audio-writer.ts'
import { cuesFile, renditionArguments, soundFile, type RenditionsToMake } from './rendition-encode.ts'
import type { RenditionPlan } from './rendition-plan.ts'
import { writeSubtitles } from './subtitle-writer.ts'
import type { Tools } from './tools.ts'
import { writeByRename } from './write-by-rename.ts'

/** The renditions of a package, complete. */
export type MadeRenditions = {
  readonly renditions: readonly Rendition[] // for the multivariant playlist
  readonly sound: Rates // of the largest, to be added to each variant's
  readonly text: Rates
  readonly warnings: readonly string[]
}

type Rates = { readonly peakBitsPerSecond: number; readonly averageBitsPerSecond: number }
const nothing: Rates = { peakBitsPerSecond: 0, averageBitsPerSecond: 0 }

export type RenditionJob = {
  readonly source: Pick<EncodePlan, 'sourcePath' | 'originSeconds'>
  readonly plan: RenditionPlan
  readonly cuts: SharedCuts & { readonly targetDurationSeconds: number } // of the variants, which are complete
  readonly workFolder: string
  readonly outFolder: string
  readonly tools: Tools
  readonly ffmpeg: FfmpegOptions
}

export const noRenditions: MadeRenditions = {
  renditions: [],
  sound: nothing,
  text: nothing,
  warnings: [],
}

/** Makes the folders of all renditions, each beside the variants with the same cuts. One that cannot be made is left out
 *  and told; the package is whole without it. Rejects with the signal's reason, or when the disk is full. */
export async function makeRenditions(job: RenditionJob): Promise<MadeRenditions> {
  const { plan } = job
  if (plan.audio.length + plan.subtitles.length === 0) return { ...noRenditions, warnings: plan.warnings }
  await readSource(plan, job)
  const [sounds, texts]: [Written[], Written[]] = [[], []]
  const warnings: string[] = [...plan.warnings]
  for (const made of plan.audio) {
    const segments = await writeFolder(job, made.folder, soundFile(made), async (path, folder) => {
      return (await writePackedAudio(path, folder, job.cuts)).segments
    })
    if (segments === undefined) warnings.push(`The sound "${made.rendition.name}" could not be read and was left out.`)
    else sounds.push({ rendition: made.rendition, segments })
  }
  for (const made of plan.subtitles) {
    const segments = await writeFolder(job, made.folder, cuesFile(made), (path, folder) =>
      writeSubtitles(path, folder, job.source.originSeconds, job.cuts),
    )
    if (segments === undefined) warnings.push(`The subtitles "${made.rendition.name}" hold no text and were left out.`)
    else texts.push({ rendition: made.rendition, segments })
  }
  const main = plan.main === undefined || sounds.length === 0 ? [] : [plan.main]
  const { targetDurationSeconds } = job.cuts
  const mostOf = (group: readonly Written[]): Rates =>
    most(group.map(({ segments }) => ratesOf(segments, targetDurationSeconds)))
  return {
    renditions: [...main, ...[...sounds, ...texts].map(({ rendition }) => rendition)],
    sound: mostOf(sounds),
    text: mostOf(texts),
    warnings,
  }
}

function ratesOf(segments: readonly SizedSegment[], targetDurationSeconds: number): Rates {
  return {
    peakBitsPerSecond: peakBandwidth(segments, targetDurationSeconds),
    averageBitsPerSecond: averageBandwidth(segments),
  }
}

function most(rates: readonly Rates[]): Rates {
  return {
    peakBitsPerSecond: Math.max(0, ...rates.map(({ peakBitsPerSecond }) => peakBitsPerSecond)),
    averageBitsPerSecond: Math.max(0, ...rates.map(({ averageBitsPerSecond }) => averageBitsPerSecond)),
  }
}

/** Where the main sound lies if no variant has it inside. */
export const MAIN_SOUND_FOLDER = 'audio-0'

/** The same for variants of pictures alone: the main sound is one among the others, and has these segments. */
export function withMainApart(
  made: MadeRenditions,
  main: Rendition,
  segments: readonly SizedSegment[],
  targetDurationSeconds: number,
): MadeRenditions {
  const others = made.renditions.filter(({ kind, uri }) => kind !== 'audio' || uri !== undefined)
  return {
    ...made,
    renditions: [{ ...main, uri: `${MAIN_SOUND_FOLDER}/index.m3u8` }, ...others],
    sound: most([made.sound, ratesOf(segments, targetDurationSeconds)]),
  }
}

type Written = { readonly rendition: Rendition; readonly segments: readonly WrittenSegment[] }

/** All in one reading; should that fail, each alone, so that a broken track costs no other. */
async function readSource(plan: RenditionPlan, job: RenditionJob): Promise<void> {
  if (await wasRead(plan, job)) return
  for (const one of plan.audio) await wasRead({ audio: [one], subtitles: [] }, job)
  for (const one of plan.subtitles) await wasRead({ audio: [], subtitles: [one] }, job)
}

async function wasRead(wanted: RenditionsToMake, { source, cuts, workFolder, tools, ffmpeg }: RenditionJob) {
  const durationSeconds = cuts.durationsSeconds.reduce((sum, seconds) => sum + seconds, 0)
  const { audio, subtitles } = wanted
  try {
    const args = renditionArguments({ ...source, durationSeconds }, wanted)
    await runFfmpeg(tools, args, { ...ffmpeg, cwd: workFolder })
    return true
  } catch (error) {
    if (!(error instanceof ChildFailed) || isDiskFull(error)) throw error
    for (const name of [...audio.map(soundFile), ...subtitles.map(cuesFile)]) {
      await rm(join(workFolder, name), { force: true })
    }
    return false
  }
}

/** Gives what `write` made of ffmpeg's file; undefined, and no folder, where there is none. */
async function writeFolder(
  { workFolder, outFolder, cuts }: RenditionJob,
  name: string,
  file: string,
  write: (path: string, folder: string) => Promise<readonly WrittenSegment[] | undefined>,
): Promise<readonly WrittenSegment[] | undefined> {
  const [path, folder] = [join(workFolder, file), join(outFolder, name)]
  const isThere = await stat(path).then(
    ({ size }) => size > 0,
    () => false,
  )
  if (!isThere) return undefined
  await mkdir(folder)
  const segments = await write(path, folder)
  await rm(path)
  if (segments === undefined) {
    await rm(folder, { recursive: true })
    return undefined
  }
  const { targetDurationSeconds } = cuts
  await writeByRename(join(folder, 'index.m3u8'), writeMediaPlaylist({ targetDurationSeconds, segments, ended: true }))
  return segments
}

/** A variant as it is played with the largest renditions: BANDWIDTH is of any combination, RFC 8216 section 4.3.4.2. */
export function withRenditions<Variant extends VariantStream>(variant: Variant, made: MadeRenditions): Variant {
  const { averageBandwidthBitsPerSecond: average } = variant
  return {
    ...variant,
    bandwidthBitsPerSecond: variant.bandwidthBitsPerSecond + made.sound.peakBitsPerSecond + made.text.peakBitsPerSecond,
    ...(average === undefined
      ? {}
      : {
          averageBandwidthBitsPerSecond: average + made.sound.averageBitsPerSecond + made.text.averageBitsPerSecond,
        }),
  }
}
