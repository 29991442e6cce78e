import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SEGMENT_SECONDS, writeOutline } from '../protocol/outline.ts'
import { averageBandwidth, peakBandwidth } from '../protocol/playlist-bandwidth.ts'
import { writeMediaPlaylist, writeMultivariantPlaylist } from '../protocol/playlist-writer.ts'
import type { VariantSummary } from '../protocol/weir-api.ts'
import { ChildFailed } from './child-run.ts'
import { isDiskFull } from './disk-full.ts'
import { AUDIO_BITS_PER_SECOND } from './encode.ts'
import { runFfmpeg } from './ffmpeg.ts'
import { spanOfStream } from './inspect.ts'
import { writePackedAudio } from './packed-audio-writer.ts'
import type { PackageOptions, PackageResult } from './package.ts'
import { requireShort, shortfall } from './package-plan.ts'
import { ProgressEstimate } from './progress-estimate.ts'
import { renditionArguments, soundFile } from './rendition-encode.ts'
import { MASTER } from './segment-kind.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import { readSoundOutline } from './sound-outline.ts'
import type { SoundFacts } from './source-facts.ts'
import { writeByRename } from './write-by-rename.ts'

const FOLDER = 'audio'
const ORIGIN_TICKS = 90_000 // so that the encoder's priming, which comes before, has a time
const UNMADE = 'the sound of this file could not be decoded; it may be damaged or encrypted'

/** Makes a file of sound alone into a package of one variant, packed audio and its outline in `audio/`, in a folder that exists. Rejects
 *  with SegmenterRefusal, or with the signal's reason. */
export async function makeSoundPackage(
  sourcePath: string,
  facts: SoundFacts,
  outFolder: string,
  options: PackageOptions,
): Promise<PackageResult> {
  const span = await spanOfStream(sourcePath, facts.audio, options)
  if (span === undefined) throw new SegmenterRefusal('no-pictures', UNMADE)
  const durationSeconds = span.endSeconds - span.startSeconds
  requireShort(durationSeconds)
  const originSeconds = span.startSeconds - facts.startSeconds
  const workFolder = join(outFolder, '.work')
  for (const folder of [workFolder, join(outFolder, FOLDER)]) await mkdir(folder)

  const adts = await encodeSound({ sourcePath, originSeconds, durationSeconds }, facts, workFolder, options)
  const cuts = { originTicks: ORIGIN_TICKS, durationsSeconds: evenCuts(durationSeconds) }
  const { segments, codec } = await writePackedAudio(adts, join(outFolder, FOLDER), cuts)
  const targetDurationSeconds = SEGMENT_SECONDS
  const playlist = writeMediaPlaylist({ targetDurationSeconds, segments, ended: true })
  await writeByRename(join(outFolder, FOLDER, 'index.m3u8'), playlist)
  const outline = await readSoundOutline(join(outFolder, FOLDER), FOLDER)
  await writeByRename(join(outFolder, FOLDER, 'outline.json'), writeOutline(outline))
  const bandwidthBitsPerSecond = peakBandwidth(segments, targetDurationSeconds)
  const averageBandwidthBitsPerSecond = averageBandwidth(segments)
  const stream = { uri: `${FOLDER}/index.m3u8`, bandwidthBitsPerSecond, averageBandwidthBitsPerSecond, codecs: [codec] }
  await writeByRename(join(outFolder, MASTER), writeMultivariantPlaylist([{ ...stream, isSoundAlone: true }]))
  await rm(workFolder, { recursive: true })

  const variant = { name: FOLDER, widthPixels: 0, heightPixels: 0, bandwidthBitsPerSecond, codecs: codec }
  const variants: readonly VariantSummary[] = [variant]
  options.onPlayable?.({ durationSeconds, variants })
  const warnings = [...facts.warnings, ...shortfall(facts.promisedSeconds ?? durationSeconds, durationSeconds)]
  return { durationSeconds, variants, warnings: [...warnings, 'It has no pictures: the sound is played alone.'] }
}

/** Gives the path of the ADTS file. */
async function encodeSound(
  source: Parameters<typeof renditionArguments>[0],
  { audio: { streamIndex, sampleRateHz } }: SoundFacts,
  workFolder: string,
  { tools, signal, onProgress, onProcess }: PackageOptions,
): Promise<string> {
  const sound = {
    folder: FOLDER,
    streamIndex,
    sampleRateHz,
    layout: 'stereo',
    bitsPerSecond: AUDIO_BITS_PER_SECOND,
  } as const
  const estimate = new ProgressEstimate(source.durationSeconds)
  try {
    await runFfmpeg(tools, renditionArguments(source, { audio: [sound], subtitles: [] }), {
      cwd: workFolder,
      ...(signal && { signal }),
      ...(onProcess && { onProcess }),
      onProgress: (outSeconds) => onProgress?.(estimate.at(outSeconds, performance.now())),
    })
  } catch (error) {
    if (!(error instanceof ChildFailed) || isDiskFull(error)) throw error
    throw new SegmenterRefusal('no-pictures', UNMADE, { cause: error })
  }
  return join(workFolder, soundFile(sound))
}

function evenCuts(durationSeconds: number): number[] {
  const whole = Math.floor(durationSeconds / SEGMENT_SECONDS)
  const rest = durationSeconds - whole * SEGMENT_SECONDS
  return [...Array<number>(whole).fill(SEGMENT_SECONDS), ...(rest > 0 ? [rest] : [])]
}
