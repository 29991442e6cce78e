import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readOggOpus, type OggOpus } from '../protocol/ogg-opus-reader.ts'
import { writeOutline, type Outline, type OutlineSegment } from '../protocol/outline.ts'
import { OPUS } from '../protocol/rtp-audio.ts'
import { isDiskFull } from './disk-full.ts'
import { audioFilters, sourceInput, type EncodePlan } from './encode.ts'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
import { runFfmpeg, type FfmpegOptions } from './ffmpeg.ts'
import type { Tools } from './tools.ts'
import { writeByRename } from './write-by-rename.ts'

/** Where a package keeps its sound for WebRTC: `00000.opus`…, a file of Ogg for each segment of the variants, and an outline. */
export const OPUS_FOLDER = 'opus'

const BITS_PER_SECOND = 96_000
const SAMPLE_RATE_HZ = 48_000 // of Opus's clock, whatever was encoded: RFC 7845 section 4
const SAMPLES_PER_PACKET = 960 // 20 ms

export type OpusJob = {
  readonly plan: EncodePlan
  readonly durationsSeconds: readonly number[] // of the variants' segments
  readonly originTicks: number
  readonly outFolder: string
  readonly tools: Tools
  readonly ffmpeg: FfmpegOptions
}

/** Makes that folder out of the source's main sound, on the clock of the variants and cut where they are, to a packet. Gives what was
 *  wrong where none could be made: the package is whole without it. Rejects with the signal's reason, or when the disk
 *  is full. */
export async function makeOpusSound(job: OpusJob): Promise<string | undefined> {
  if (job.plan.audio === undefined) return undefined
  const folder = join(job.outFolder, OPUS_FOLDER)
  await mkdir(folder)
  try {
    await runFfmpeg(job.tools, opusArguments(job), { ...job.ffmpeg, cwd: folder })
    await writeByRename(join(folder, 'outline.json'), writeOutline(await outlineOf(folder, job)))
    return undefined
  } catch (error) {
    if (isDiskFull(error) || job.ffmpeg.signal?.aborted === true) throw error
    await rm(folder, { recursive: true, force: true })
    return `The sound could not be made as Opus: ${(error as Error).message}`
  }
}

function opusArguments({ plan, durationsSeconds }: OpusJob): string[] {
  const cuts = durationsSeconds.slice(0, -1).map((_, index) => sum(durationsSeconds.slice(0, index + 1)).toFixed(3))
  return ffmpegArguments({
    inputs: [sourceInput(plan)],
    filters: audioFilters(plan),
    output: {
      options: [
        ...['-map', '[sound]', '-c:a', 'libopus', '-b:a', `${BITS_PER_SECOND}`, '-map_metadata', '-1'],
        ...['-f', 'segment', '-segment_format', 'ogg'],
        ...(cuts.length > 0 ? ['-segment_times', cuts.join(',')] : ['-segment_time', '1000000']),
      ],
      url: '%05d.opus',
    },
  })
}

/** The encoder's packets follow each other without a gap, from the pre-skip before moment 0 on. */
async function outlineOf(folder: string, { durationsSeconds, originTicks }: OpusJob): Promise<Outline> {
  const segments: OutlineSegment[] = []
  let first: OggOpus | undefined
  let samples = 0
  for (const [index, durationSeconds] of durationsSeconds.entries()) {
    const uri = `${String(index).padStart(5, '0')}.opus`
    const bytes = await readFile(join(folder, uri))
    const read = readOggOpus(bytes)
    if (!read.ok) throw new Error(`${uri} cannot be read: ${JSON.stringify(read.fault)}`)
    first ??= read.value
    const firstPtsTicks = Math.round(((samples - first.preSkipSamples) * 90_000) / SAMPLE_RATE_HZ)
    const sizesBytes = read.value.packets.map(({ length }) => length)
    samples += sizesBytes.length * SAMPLES_PER_PACKET
    const startSeconds = sum(durationsSeconds.slice(0, index))
    segments.push({
      uri,
      sizeBytes: bytes.length,
      startSeconds,
      durationSeconds,
      frames: [],
      audio: { firstPtsTicks, sizesBytes },
    })
  }
  if (first === undefined) throw new Error('there is no segment')
  const audio = {
    codec: OPUS,
    sampleRateHz: SAMPLE_RATE_HZ,
    channelCount: first.channelCount,
    samplesPerFrame: SAMPLES_PER_PACKET,
    audioSpecificConfigHex: Buffer.from(first.head).toString('hex'),
  }
  return { format: 'weir-outline', version: 1, variant: OPUS, originTicks, audio, segments, ended: true }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
