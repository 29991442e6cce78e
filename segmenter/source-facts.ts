import { z } from 'zod'
import { readRational, valueOf, type Rational } from './rational.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'

/** What a source is, as its headers tell it. Times are on the source's own clock. */
export type SourceFacts = {
  readonly container: string
  readonly startSeconds: number // of the earliest stream
  readonly video: VideoFacts
  readonly audio?: AudioFacts
  readonly warnings: readonly string[]
}

export type VideoFacts = {
  readonly streamIndex: number
  readonly codec: string
  readonly widthPixels: number // as shown: rotated, pixels made square
  readonly heightPixels: number
  readonly lowestFrameRate?: Rational // at which every timestamp has its own place
  readonly reorderedFrames: number // by how many its decoder runs ahead
  readonly shownOtherwise?: string // than its stream alone says: why that cannot be kept as it is, for people
  readonly promisedSeconds?: number // what the stream's header says of its duration; often nothing, seldom the truth
}

export type AudioFacts = {
  readonly streamIndex: number
  readonly codec: string
  readonly sampleRateHz: number
  readonly startSeconds: number
}

const MAX_SIDE_PIXELS = 8192

const streamSchema = z.object({
  index: z.number().int(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  has_b_frames: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  r_frame_rate: z.string().optional(),
  field_order: z.string().optional(),
  color_transfer: z.string().optional(),
  start_time: z.coerce.number().optional().catch(undefined),
  duration: z.coerce.number().optional().catch(undefined),
  sample_rate: z.coerce.number().optional().catch(undefined),
  channels: z.number().optional(),
  disposition: z.object({ default: z.number().optional(), attached_pic: z.number().optional() }).optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
  tags: z.object({ rotate: z.coerce.number().optional().catch(undefined) }).optional(),
})

const reportSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z.object({
    format_name: z.string(),
    start_time: z.coerce.number().optional().catch(undefined),
  }),
})

type Stream = z.infer<typeof streamSchema>

/** Reads what `ffprobe -print_format json -show_format -show_streams` prints. Throws SegmenterRefusal for what is no
 *  video: no-video-stream, no-pictures, picture-too-large, not-a-video. */
export function readSourceFacts(report: unknown): SourceFacts {
  const { streams, format } = reportSchema.parse(report)
  const audios = streams.filter((stream) => stream.codec_type === 'audio')
  const audio = pick(audios.filter(isAudible))
  return {
    container: format.format_name,
    startSeconds: format.start_time ?? 0,
    video: videoFacts(pickVideo(streams)),
    ...(audio === undefined ? {} : { audio: audioFacts(audio) }),
    warnings: audio === undefined && audios.length > 0 ? ['The sound could not be read and was left out.'] : [],
  }
}

function pickVideo(streams: readonly Stream[]): Stream {
  const pictures = streams.filter((stream) => stream.codec_type === 'video')
  const moving = pictures.filter((stream) => stream.disposition?.attached_pic !== 1)
  const shown = pick(moving.filter(isVisible))
  if (shown !== undefined) return shown
  if (moving.length > 0) {
    throw new SegmenterRefusal('no-pictures', 'the video in this file is damaged or of an unknown codec')
  }
  if (streams.length === 0) throw new SegmenterRefusal('not-a-video', 'the file holds neither picture nor sound')
  const held = pictures.length > 0 ? 'sound with a cover picture' : 'no picture'
  throw new SegmenterRefusal('no-video-stream', `the file holds ${held}, so there is nothing to watch`)
}

/** The stream that a player would show: the one marked as default, or else the first. */
function pick(streams: readonly Stream[]): Stream | undefined {
  return streams.find((stream) => stream.disposition?.default === 1) ?? streams[0]
}

function isVisible({ codec_name, width, height }: Stream): boolean {
  return codec_name !== undefined && codec_name !== 'unknown' && (width ?? 0) > 0 && (height ?? 0) > 0
}

function isAudible({ codec_name, sample_rate, channels }: Stream): boolean {
  return codec_name !== undefined && codec_name !== 'unknown' && (sample_rate ?? 0) > 0 && (channels ?? 0) > 0
}

function videoFacts(stream: Stream): VideoFacts {
  const { index, codec_name, width = 0, height = 0, sample_aspect_ratio, r_frame_rate, duration } = stream
  const aspect = readRational(sample_aspect_ratio)
  const squareWidth = Math.round(width * (aspect === undefined ? 1 : valueOf(aspect)))
  if (Math.max(squareWidth, height) > MAX_SIDE_PIXELS) {
    const size = `${squareWidth} × ${height}`
    throw new SegmenterRefusal('picture-too-large', `the pictures are ${size} pixels, ${MAX_SIDE_PIXELS} is the most`)
  }
  const [widthPixels, heightPixels] = isOnItsSide(stream) ? [height, squareWidth] : [squareWidth, height]
  const lowestFrameRate = readRational(r_frame_rate)
  const shownOtherwise = howShownOtherwise(stream)
  return {
    streamIndex: index,
    codec: codec_name ?? '',
    widthPixels,
    heightPixels,
    reorderedFrames: stream.has_b_frames ?? 0,
    ...(lowestFrameRate === undefined ? {} : { lowestFrameRate }),
    ...(shownOtherwise === undefined ? {} : { shownOtherwise }),
    ...(duration === undefined ? {} : { promisedSeconds: duration }),
  }
}

/** Phones record lying and say how to turn the picture: ffmpeg turns it, so the ladder must. */
function isOnItsSide(stream: Stream): boolean {
  return Math.abs(Math.round(toldRotation(stream) / 90)) % 2 === 1
}

function toldRotation({ side_data_list, tags }: Stream): number {
  return side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ?? tags?.rotate ?? 0
}

/** What the container adds to the pictures, or a playlist would have to say of them. */
function howShownOtherwise(stream: Stream): string | undefined {
  const { sample_aspect_ratio, field_order = 'unknown', color_transfer = '' } = stream
  if (toldRotation(stream) !== 0) return 'its pictures are to be turned'
  const aspect = readRational(sample_aspect_ratio)
  if (aspect !== undefined && valueOf(aspect) !== 1) return 'its pixels are not square'
  if (!['unknown', 'progressive'].includes(field_order)) return 'its pictures are interlaced'
  if (HDR_TRANSFERS.includes(color_transfer)) return 'its colours are those of HDR'
  return undefined
}
const HDR_TRANSFERS = ['smpte2084', 'arib-std-b67'] // PQ and HLG, which need VIDEO-RANGE

function audioFacts({ index, codec_name, sample_rate = 0, start_time = 0 }: Stream): AudioFacts {
  return { streamIndex: index, codec: codec_name ?? '', sampleRateHz: sample_rate, startSeconds: start_time }
}
