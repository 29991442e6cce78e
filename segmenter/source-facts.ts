import { readRational, valueOf, type Rational } from './rational.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import {
  isAudible,
  isVisible,
  pick,
  promisedSeconds,
  refuseEncrypted,
  reportSchema,
  type Stream,
} from './source-report.ts'
import { sourceTracks, type SourceTracks } from './source-tracks.ts'

/** What a source is, as its headers tell it. Times are on the source's own clock. */
export type SourceFacts = {
  readonly container: string
  readonly startSeconds: number // of the earliest stream
  readonly video: VideoFacts
  readonly audio?: AudioFacts
  readonly tracks: SourceTracks
  readonly warnings: readonly string[]
}

/** How it is known which pictures are interlaced: each tells it, or the container says it of all. */
export type Interlacing = 'told-by-pictures' | 'all'

/** Colours beyond what H.264 players show. */
export type HdrColours = {
  readonly transfer: 'smpte2084' | 'arib-std-b67' // PQ, HLG
  readonly lacks: readonly ('primaries' | 'matrix')[] // what the source does not say of them
}

export type VideoFacts = {
  readonly streamIndex: number
  readonly codec: string
  readonly widthPixels: number // as shown: rotated, pixels made square
  readonly heightPixels: number
  readonly lowestFrameRate?: Rational // at which every timestamp has its own place
  readonly reorderedFrames: number // by how many its decoder runs ahead
  readonly shownOtherwise?: string // than its stream alone says: why that cannot be kept as it is, for people
  readonly codedPixels: number // of a picture as it is decoded
  readonly interlacing?: Interlacing
  readonly hdr?: HdrColours
  readonly promisedSeconds?: number // what the stream's header says of its duration; often nothing, seldom the truth
}

export type AudioFacts = {
  readonly streamIndex: number
  readonly codec: string
  readonly sampleRateHz: number
  readonly channelCount: number
  readonly startSeconds: number
}

const MAX_SIDE_PIXELS = 8192

/** Reads what `ffprobe -print_format json -show_format -show_streams` prints, perhaps with some packets. Throws SegmenterRefusal for what is no
 *  video: no-video-stream, no-pictures, picture-too-large, encrypted, not-a-video. */
export function readSourceFacts(report: unknown): SourceFacts {
  const read = reportSchema.parse(report)
  refuseEncrypted(read)
  const { streams, format } = read
  const audios = streams.filter((stream) => stream.codec_type === 'audio')
  const audio = pick(audios.filter(isAudible))
  return {
    container: format.format_name,
    startSeconds: format.start_time ?? 0,
    video: videoFacts(pickVideo(streams)),
    ...(audio === undefined ? {} : { audio: audioFacts(audio) }),
    tracks: sourceTracks(streams, audio),
    warnings: audio === undefined && audios.length > 0 ? ['The sound could not be read and was left out.'] : [],
  }
}

/** A source of sound alone. */
export type SoundFacts = {
  readonly startSeconds: number // of the earliest stream
  readonly audio: AudioFacts
  readonly promisedSeconds?: number // what the stream's header says of its duration
  readonly warnings: readonly string[]
}

/** The same of a file that has sound and no picture that moves; undefined for all others. Throws SegmenterRefusal
 *  `encrypted`. */
export function readSoundFacts(report: unknown): SoundFacts | undefined {
  const read = reportSchema.parse(report)
  refuseEncrypted(read)
  const { streams, format } = read
  const sound = pick(streams.filter((stream) => stream.codec_type === 'audio' && isAudible(stream)))
  const isMoving = ({ codec_type, disposition }: Stream): boolean =>
    codec_type === 'video' && disposition?.attached_pic !== 1
  if (sound === undefined || streams.some(isMoving)) return undefined
  const promised = promisedSeconds(sound)
  return {
    startSeconds: format.start_time ?? 0,
    audio: audioFacts(sound),
    ...(promised === undefined ? {} : { promisedSeconds: promised }),
    warnings: [],
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
  const held = pictures.length > 0 ? 'a cover picture alone' : 'neither pictures nor sound that can be read'
  throw new SegmenterRefusal('no-video-stream', `the file holds ${held}, so there is nothing to play`)
}

function videoFacts(stream: Stream): VideoFacts {
  const { index, codec_name, width = 0, height = 0, sample_aspect_ratio, r_frame_rate } = stream
  const aspect = readRational(sample_aspect_ratio)
  const squareWidth = Math.round(width * (aspect === undefined ? 1 : valueOf(aspect)))
  if (Math.max(squareWidth, height) > MAX_SIDE_PIXELS) {
    const size = `${squareWidth} × ${height}`
    throw new SegmenterRefusal('picture-too-large', `the pictures are ${size} pixels, ${MAX_SIDE_PIXELS} is the most`)
  }
  const [widthPixels, heightPixels] = isOnItsSide(stream) ? [height, squareWidth] : [squareWidth, height]
  const lowestFrameRate = readRational(r_frame_rate)
  const shownOtherwise = howShownOtherwise(stream)
  const interlacing = howInterlaced(stream)
  const hdr = hdrColours(stream)
  const promised = promisedSeconds(stream)
  return {
    streamIndex: index,
    codec: codec_name ?? '',
    widthPixels,
    heightPixels,
    reorderedFrames: stream.has_b_frames ?? 0,
    codedPixels: width * height,
    ...(lowestFrameRate === undefined ? {} : { lowestFrameRate }),
    ...(interlacing === undefined ? {} : { interlacing }),
    ...(hdr === undefined ? {} : { hdr }),
    ...(shownOtherwise === undefined ? {} : { shownOtherwise }),
    ...(promised === undefined ? {} : { promisedSeconds: promised }),
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
  const { sample_aspect_ratio } = stream
  if (toldRotation(stream) !== 0) return 'its pictures are to be turned'
  const aspect = readRational(sample_aspect_ratio)
  if (aspect !== undefined && valueOf(aspect) !== 1) return 'its pixels are not square'
  if (saysInterlaced(stream)) return 'its pictures are interlaced'
  if (hdrColours(stream) !== undefined) return 'its colours are those of HDR' // which need VIDEO-RANGE
  return undefined
}

/** A container's word of the whole is often wrong where decoders tell it of each picture: then those count. */
function howInterlaced(stream: Stream): Interlacing | undefined {
  if (CODECS_THAT_TELL_FIELDS.includes(stream.codec_name ?? '')) return 'told-by-pictures'
  return saysInterlaced(stream) ? 'all' : undefined
}
const CODECS_THAT_TELL_FIELDS = [...['h264', 'mpeg1video', 'mpeg2video', 'mpeg4', 'mjpeg', 'dvvideo', 'vc1', 'prores']]

function saysInterlaced({ field_order = 'unknown' }: Stream): boolean {
  return !['unknown', 'progressive'].includes(field_order)
}

function hdrColours({ color_transfer, color_primaries, color_space }: Stream): HdrColours | undefined {
  if (color_transfer !== 'smpte2084' && color_transfer !== 'arib-std-b67') return undefined
  const told = { primaries: color_primaries, matrix: color_space }
  const lacks = (['primaries', 'matrix'] as const).filter((what) => [undefined, 'unknown'].includes(told[what]))
  return { transfer: color_transfer, lacks }
}

function audioFacts(stream: Stream): AudioFacts {
  const { index, codec_name, sample_rate = 0, channels = 0, start_time = 0 } = stream
  return {
    streamIndex: index,
    codec: codec_name ?? '',
    sampleRateHz: sample_rate,
    channelCount: channels,
    startSeconds: start_time,
  }
}
