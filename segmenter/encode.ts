import { SEGMENT_SECONDS } from '../protocol/outline.ts'
import { KEYFRAME_SECONDS, longestGapSeconds, type CutList } from './cut-list.ts'
import { ffmpegArguments, type Input } from './ffmpeg-arguments.ts'
import type { Rung } from './ladder.ts'
import { valueOf, writeRational, type Rational } from './rational.ts'
import type { RenditionPlan } from './rendition-plan.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'

/** All that decides an encode. */
export type EncodePlan = {
  readonly sourcePath: string
  readonly originSeconds: number // the moment of ffmpeg's clock, which begins with the source, that becomes 0
  readonly durationSeconds: number
  readonly frameRate: Rational
  readonly colours?: 'bt709' // what the filters make of the source's; absent: what the source says, or nothing
  readonly videoStreamIndex: number
  readonly pictureFilters?: readonly string[] // what the source's pictures need before all else
  readonly audio?: {
    readonly streamIndex: number
    readonly sampleRateHz: number
    readonly copied?: CopiedSound // when it goes into the package as it is
  }
  readonly rungs: readonly Rung[]
  readonly cuts: CutList
  readonly copy?: CopiedVariant // made beside these, by a command of its own
  readonly av1?: KeptAv1 // of the source, as one more variant of fragmented MP4
  readonly hasNoBFrames?: boolean // of the encoded variants: WebRTC shows pictures as they come
  readonly renditions?: RenditionPlan // what is made beside the variants
}

/** A source's own sound. */
export type CopiedSound = {
  readonly bitsPerSecond: number // the highest of any second
  readonly leadSeconds: number // by which it begins before the pictures; 0 when it does not
}

/** A variant of the source's own pictures. */
export type CopiedVariant = {
  readonly codec: 'h264' | 'hevc'
  readonly name: string // 720p; of HEVC 720p-hevc
  readonly widthPixels: number
  readonly heightPixels: number
  readonly videoBitsPerSecond: number // the highest of any run of segments that counts
}

/** A source's own AV1, as a package keeps it: in fragmented MP4 alone, since a transport stream has no place for it. */
export type KeptAv1 = {
  readonly name: string // 720p-av1
  readonly widthPixels: number
  readonly heightPixels: number
  readonly configuration: Uint8Array // of the av1C box
  readonly isKeyframe: Uint8Array // of each picture, 1 for one at which a player can begin
}

export const AUDIO_BITS_PER_SECOND = 128_000
export const SEGMENT_LIST = 'list.m3u8' // ffmpeg's own, which only tells what is finished

/** Segment `index` of a variant, in the working folder as in the package. */
export function segmentName(index: number): string {
  return `${String(index).padStart(5, '0')}.ts`
}

/** One ffmpeg for all: the source is decoded once, scaled to each rung and encoded; the sound is encoded once and its
 *  packets go into every variant. Writes `<rung>/00000.ts`… into the folder it runs in; the folders must exist. */
export function encodeArguments(plan: EncodePlan): string[] {
  return ffmpegArguments({
    inputs: [sourceInput(plan)],
    filters: [...videoFilters(plan), ...audioFilters(plan)],
    output: {
      options: [
        ...plan.rungs.flatMap((_, index) => ['-map', `[v${index}]`]),
        ...audioOptions(plan),
        ...videoOptions(plan),
        ...plan.rungs.flatMap(rateOptions),
        ...plan.rungs.flatMap(sliceOptions),
        ...muxingOptions,
        ...['-f', 'tee'],
      ],
      url: plan.rungs.map(({ name }, index) => teeSlave(name, index, plan)).join('|'),
    },
  })
}

/** -itsoffset puts the first picture on the frame grid, so that no rounding can drop or double one. */
export function sourceInput({ originSeconds, sourcePath }: EncodePlan): Input {
  return { options: [...safeInputOptions, '-itsoffset', (-originSeconds).toFixed(6)], url: sourceUrl(sourcePath) }
}

const muxingOptions = ['-map_metadata', '-1', '-map_chapters', '-1', '-max_muxing_queue_size', '9999']

/** One more ffmpeg, which copies: the source's own pictures, with the sound that the other variants have. Prints the name
 *  of each segment that is finished. Reads and writes as fast as the disk is; an encoded sound is encoded here, too, to
 *  the same bytes. */
export function copyArguments(plan: EncodePlan, { codec, name }: CopiedVariant): string[] {
  return ffmpegArguments({
    inputs: [sourceInput(plan)],
    filters: audioFilters(plan),
    output: {
      options: [
        ...['-map', `0:${plan.videoStreamIndex}`, '-c:v', 'copy', '-bsf:v', `${codec}_mp4toannexb`],
        ...audioOptions(plan),
        ...muxingOptions,
        ...['-output_ts_offset', laterSeconds(plan), '-avoid_negative_ts', 'disabled'],
        ...['-f', 'segment', ...segmentTimes(plan)],
        ...['-segment_format', 'mpegts', '-segment_format_options', 'avoid_negative_ts=disabled'],
        ...['-individual_header_trailer', '0'], // one muxer for all, so that continuity counters go on
        ...['-segment_list_type', 'flat', '-segment_list', 'pipe:1'],
      ],
      url: `${name}/%05d.ts`,
    },
  })
}

/** The source's own pictures, one after the other, in an IVF file. */
export function pictureCopyArguments(plan: EncodePlan, file: string): string[] {
  const options = ['-map', `0:${plan.videoStreamIndex}`, '-c:v', 'copy', ...muxingOptions, '-f', 'ivf']
  return ffmpegArguments({ inputs: [sourceInput(plan)], filters: [], output: { options, url: file } })
}

const PRIMING_SAMPLES = 1024 // of ffmpeg's AAC encoder

/** The muxer moves an encoded variant's times until none is below 0: by a frame, where x264 reorders, or by what its sound
 *  begins earlier. All variants have to tell the same times, so the copied one is moved by as much, however far its own
 *  pictures are reordered. */
function laterSeconds({ frameRate, audio, hasNoBFrames = false }: EncodePlan): string {
  const primingSeconds = audio === undefined ? 0 : PRIMING_SAMPLES / encodedSampleRateHz(audio.sampleRateHz)
  const reorderSeconds = hasNoBFrames ? 0 : 1 / valueOf(frameRate)
  return Math.max(reorderSeconds, audio?.copied?.leadSeconds ?? primingSeconds).toFixed(6)
}

/** Half a frame early: the first keyframe from then on is the one meant. */
function segmentTimes(plan: EncodePlan): string[] {
  const { cuts, frameRate } = plan
  const later = Number(laterSeconds(plan)) - 0.5 / valueOf(frameRate)
  const times = cuts.cutSeconds.slice(1).map((seconds) => (seconds + later).toFixed(3))
  return times.length > 0 ? ['-segment_times', times.join(',')] : ['-segment_time', NEVER_SECONDS]
}
const NEVER_SECONDS = '1000000'

/** A constant frame rate from 0 on, whatever the source's gaps: missing frames are the one before, shown on. */
function videoFilters({ videoStreamIndex, pictureFilters = [], frameRate, rungs }: EncodePlan): string[] {
  const copies = rungs.map((_, index) => `[copy${index}]`).join('')
  const even = [`fps=fps=${writeRational(frameRate)}:start_time=0`, `split=${rungs.length}${copies}`]
  const source = `[0:${videoStreamIndex}]${[...pictureFilters, ...even].join(',')}`
  const scaled = rungs.map(({ widthPixels, heightPixels }, index) => {
    return `[copy${index}]scale=${widthPixels}:${heightPixels}:flags=bicubic,setsar=1,format=yuv420p[v${index}]`
  })
  return [source, ...scaled]
}

/** Exactly as long as the pictures: a player whose sound ends early stalls there. Gaps become silence. */
export function audioFilters({ audio, durationSeconds }: EncodePlan): string[] {
  if (audio === undefined || audio.copied !== undefined) return []
  const rateHz = encodedSampleRateHz(audio.sampleRateHz)
  const samples = Math.round(durationSeconds * rateHz)
  const fitted = `aresample=${rateHz}:async=1:first_pts=0,apad=whole_len=${samples},atrim=end_sample=${samples}`
  return [`[0:${audio.streamIndex}]${fitted},aformat=sample_fmts=fltp:channel_layouts=stereo[sound]`]
}

/** 44.1 kHz would be resampled for nothing; all else becomes 48 kHz, which every player takes. */
export function encodedSampleRateHz(sourceRateHz: number): number {
  return sourceRateHz === 44_100 ? 44_100 : 48_000
}

/** One sound for all variants; one that is copied ends with the pictures. */
function audioOptions({ audio, durationSeconds }: EncodePlan): string[] {
  if (audio === undefined) return []
  if (audio.copied === undefined) {
    return ['-map', '[sound]', '-c:a', 'aac', '-b:a', `${AUDIO_BITS_PER_SECOND}`]
  }
  return ['-map', `0:${audio.streamIndex}`, '-c:a', 'copy', '-t', durationSeconds.toFixed(6)]
}

/** No keyframe but the listed ones (`-g` is the longest gap between two of them, or to the end), closed GOPs, and B-frames that
 *  nothing refers to, so that a lost one harms only itself. */
function videoOptions(plan: EncodePlan): string[] {
  const { cuts, colours, hasNoBFrames = false } = plan
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-profile:v', 'high'],
    ...['-sc_threshold', '0', '-bf', hasNoBFrames ? '0' : '2', '-x264-params', 'b-pyramid=none:open-gop=0'],
    ...['-g', `${longestGapFrames(plan)}`],
    ...['-force_key_frames', cuts.keyframeSeconds.map(writeKeyframeTime).join(',')],
    ...(colours === undefined ? [] : ['-color_primaries', colours, '-color_trc', colours, '-colorspace', colours]),
  ]
}

function longestGapFrames({ cuts, frameRate, durationSeconds }: EncodePlan): number {
  const usualFrames = Math.ceil(KEYFRAME_SECONDS * valueOf(frameRate))
  return Math.max(usualFrames, Math.round(longestGapSeconds(cuts, durationSeconds) * valueOf(frameRate)))
}

/** Milliseconds name a frame for sure: at 60 frames a second they are 16.7 ms apart. */
function writeKeyframeTime(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000)
}

const MACROBLOCK_PIXELS = 16
const MACROBLOCK_ROWS_PER_SLICE = 6

/** A picture in slices of about a hundred lines, each decoded without the others: a lost packet then costs a stripe of
 *  a keyframe, not the keyframe and all up to the next. At 720p they are 4 % of the bytes (same SSIM; 15 slices: 8 %),
 *  and stay far below what level 3 and above allow (ISO/IEC 14496-10 table A-4, SliceRate). */
function sliceOptions({ heightPixels }: Rung, index: number): string[] {
  const rows = Math.ceil(heightPixels / MACROBLOCK_PIXELS)
  return [`-slices:v:${index}`, `${Math.max(1, Math.round(rows / MACROBLOCK_ROWS_PER_SLICE))}`]
}

/** Constant quality under a ceiling, held over one second (VBV). */
function rateOptions({ maxRateBitsPerSecond }: Rung, index: number): string[] {
  return [`-maxrate:v:${index}`, `${maxRateBitsPerSecond}`, `-bufsize:v:${index}`, `${maxRateBitsPerSecond}`]
}

/** Paths are relative to ffmpeg's folder, so that nothing in them needs quoting. `max_delay` is what the ffmpeg program
 *  sets for a transport stream without tee: PCR 0.7 s before the first DTS. */
function teeSlave(name: string, index: number, { audio }: EncodePlan): string {
  const streams = audio !== undefined ? `v:${index},a` : `v:${index}`
  const options = [
    `select=\\'${streams}\\'`,
    'f=hls',
    `hls_time=${SEGMENT_SECONDS}`,
    'hls_list_size=3',
    'max_delay=700000',
    `hls_segment_filename=${name}/%05d.ts`,
  ]
  return `[${options.join(':')}]${name}/${SEGMENT_LIST}`
}
