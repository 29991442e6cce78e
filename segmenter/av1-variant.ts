import { createReadStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { av1CodecString, decodeAv1Config, withoutDelimiter } from '../protocol/av1.ts'
import { VIDEO_TRACK_ID, type Fmp4Run } from '../protocol/fmp4-writer.ts'
import { IvfReader } from '../protocol/ivf-reader.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import { outlineSegment, type Outline } from '../protocol/outline.ts'
import type { PicturedStream } from '../protocol/playlist-writer.ts'
import { pictureCopyArguments, segmentName, type EncodePlan, type KeptAv1 } from './encode.ts'
import { runFfmpeg, type FfmpegOptions } from './ffmpeg.ts'
import { Fmp4Files } from './fmp4-files.ts'
import { FMP4_PLAYLIST } from './fmp4-writer.ts'
import { SoundTrack } from './fmp4-tracks.ts'
import { valueOf } from './rational.ts'
import { frameTicks } from './segment-check.ts'
import type { Tools } from './tools.ts'

/** The variant beside which it is made: complete, in transport streams, of the same cuts. */
export type Av1Neighbour = {
  readonly name: string
  readonly head: Omit<Outline, 'segments' | 'ended'>
  readonly durationsSeconds: readonly number[] // of its segments
  readonly codecs: readonly string[] // of its pictures and of its sound
}

export type Av1Job = {
  readonly plan: EncodePlan
  readonly kept: KeptAv1
  readonly neighbour: Av1Neighbour
  readonly isSoundApart: boolean // in a playlist of its own
  readonly workFolder: string
  readonly outFolder: string
  readonly tools: Tools
  readonly ffmpeg: FfmpegOptions
}

const MAX_PICTURE_BYTES = 32 * 2 ** 20
const READ_BYTES = 2 ** 20

/** Writes the source's own AV1 pictures as a variant of fragmented MP4, with the sound of its neighbour, and gives its line of the
 *  multivariant playlist. No more than one segment is in memory. Rejects where the pictures are not those that were planned. */
export async function makeAv1Variant(job: Av1Job): Promise<PicturedStream> {
  const { plan, kept, neighbour, workFolder, outFolder, tools, ffmpeg } = job
  const ivf = `${kept.name}.ivf`
  await runFfmpeg(tools, pictureCopyArguments(plan, ivf), { ...ffmpeg, cwd: workFolder })
  await mkdir(join(outFolder, kept.name))
  const { targetDurationSeconds } = plan.cuts
  const files = new Fmp4Files(join(outFolder, kept.name), FMP4_PLAYLIST, { targetDurationSeconds })
  const writer = new Av1Writer(job, files)
  const reader = new IvfReader(MAX_PICTURE_BYTES)
  for await (const piece of createReadStream(join(workFolder, ivf), { highWaterMark: READ_BYTES })) {
    for (const picture of reader.push(piece as Uint8Array)) await writer.take(picture)
  }
  reader.end()
  await writer.end()
  return {
    uri: `${kept.name}/${FMP4_PLAYLIST}`,
    ...files.bandwidths(),
    widthPixels: kept.widthPixels,
    heightPixels: kept.heightPixels,
    framesPerSecond: valueOf(plan.frameRate),
    codecs: [codecOf(kept), ...neighbour.codecs.slice(1)],
  }
}

function codecOf({ configuration }: KeptAv1): string {
  const config = decodeAv1Config(configuration)
  if (!config.ok) throw new RangeError(`no AV1 configuration: ${JSON.stringify(config.fault)}`)
  return av1CodecString(config.value)
}

/** Cuts the pictures into the segments that the neighbour has. */
class Av1Writer {
  readonly #job: Av1Job
  readonly #files: Fmp4Files
  readonly #sound: SoundTrack | undefined
  #segment = 0
  #firstFrame = 0
  #pictures: Uint8Array[] = []

  constructor(job: Av1Job, files: Fmp4Files) {
    this.#job = job
    this.#files = files
    const { head } = job.neighbour
    if (!job.isSoundApart && head.audio !== undefined) this.#sound = new SoundTrack(head, head.audio)
  }

  async take(temporalUnit: Uint8Array): Promise<void> {
    const isFirst = this.#pictures.length === 0
    if (isFirst && this.#job.kept.isKeyframe[this.#firstFrame] !== 1) {
      throw new Error(`picture ${this.#firstFrame} would begin a segment, and is no keyframe`)
    }
    this.#pictures.push(withoutDelimiter(temporalUnit))
    if (this.#pictures.length === this.#dueFrames()) await this.#endSegment()
  }

  async end(): Promise<void> {
    const { durationsSeconds } = this.#job.neighbour
    if (this.#segment < durationsSeconds.length || this.#pictures.length > 0) {
      throw new Error(`it ends with picture ${this.#firstFrame + this.#pictures.length}, other than was planned`)
    }
    await this.#files.writePlaylist(true)
  }

  #dueFrames(): number {
    const { plan, neighbour } = this.#job
    return Math.round((neighbour.durationsSeconds[this.#segment] ?? 0) * valueOf(plan.frameRate))
  }

  async #endSegment(): Promise<void> {
    const { kept, neighbour } = this.#job
    const uri = segmentName(this.#segment)
    const durationSeconds = neighbour.durationsSeconds[this.#segment] as number
    const { configuration, widthPixels, heightPixels } = kept
    const audio = this.#sound?.config
    const tracks = { video: { av1: { configuration, widthPixels, heightPixels } }, ...(audio && { audio }) }
    const sound = (await this.#soundOf(uri, durationSeconds)) ?? []
    await this.#files.add({ uri, durationSeconds }, [this.#pictureRun(), ...sound], tracks)
    this.#segment += 1
    this.#firstFrame += this.#pictures.length
    this.#pictures = []
  }

  /** Decoded in the order in which they are shown, at the times of the frame grid. */
  #pictureRun(): Fmp4Run {
    const { plan, kept, neighbour } = this.#job
    const ticksOf = (frame: number): number => neighbour.head.originTicks + frameTicks(frame, plan.frameRate)
    const samples = this.#pictures.map((picture, index) => {
      const frame = this.#firstFrame + index
      const durationTicks = ticksOf(frame + 1) - ticksOf(frame)
      return { durationTicks, compositionTicks: 0, isSync: kept.isKeyframe[frame] === 1, parts: [picture] }
    })
    return { trackId: VIDEO_TRACK_ID, decodeTicks: ticksOf(this.#firstFrame), samples }
  }

  async #soundOf(uri: string, durationSeconds: number): Promise<Fmp4Run[] | undefined> {
    if (this.#sound === undefined) return undefined
    const { outFolder, neighbour, plan } = this.#job
    const bytes = await readFile(join(outFolder, neighbour.name, uri))
    const read = demuxMpegTs(bytes)
    if (!read.ok) throw new Error(`${neighbour.name}/${uri} cannot be read: ${JSON.stringify(read.fault)}`)
    const { originTicks } = neighbour.head
    const startSeconds = frameTicks(this.#firstFrame, plan.frameRate) / TICKS_PER_SECOND
    const segment = outlineSegment(read.value, {
      uri,
      sizeBytes: bytes.length,
      originTicks,
      startSeconds,
      durationSeconds,
    })
    return this.#sound.runs(read.value, segment)
  }
}
