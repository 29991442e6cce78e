import { SEGMENT_SECONDS } from '../protocol/outline.ts'
import { KEYFRAME_SECONDS, longestGapSeconds, type CutList } from './cut-list.ts'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
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
  readonly audio?: { readonly streamIndex: number; readonly sampleRateHz: number }
  readonly rungs: readonly Rung[]
  readonly cuts: CutList
  readonly copy?: CopiedVariant
  readonly renditions?: RenditionPlan // what is made beside the variants
}

/** A variant of the source's own pictures. */
export type CopiedVariant = {
  readonly name: string // 720p-hevc
  readonly widthPixels: number
  readonly heightPixels: number
  readonly videoBitsPerSecond: number // the highest of any run of segments that counts
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
    inputs: [
      // -itsoffset puts the first picture on the frame grid, so that no rounding can drop or double one.
      {
        options: [...safeInputOptions, '-itsoffset', (-plan.originSeconds).toFixed(6)],
        url: sourceUrl(plan.sourcePath),
      },
    ],
    filters: [...videoFilters(plan), ...audioFilters(plan)],
    output: {
      options: [
        ...plan.rungs.flatMap((_, index) => ['-map', `[v${index}]`]),
        ...(plan.copy === undefined ? [] : ['-map', `0:${plan.videoStreamIndex}`]),
        ...(plan.audio === undefined ? [] : ['-map', '[sound]', ...AUDIO_OPTIONS]),
        ...encoderOptions(plan),
        ...plan.rungs.flatMap(rateOptions),
        ...plan.rungs.flatMap(sliceOptions),
        ...copyOptions(plan),
        ...['-map_metadata', '-1', '-map_chapters', '-1', '-max_muxing_queue_size', '9999', '-f', 'tee'],
      ],
      url: [
        ...plan.rungs.map(({ name }, index) => teeSlave(name, index, plan)),
        ...(plan.copy === undefined ? [] : [teeSlave(plan.copy.name, plan.rungs.length, plan, copyTimes(plan))]),
      ].join('|'),
    },
  })
}

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
function audioFilters({ audio, durationSeconds }: EncodePlan): string[] {
  if (audio === undefined) return []
  const rateHz = encodedSampleRateHz(audio.sampleRateHz)
  const samples = Math.round(durationSeconds * rateHz)
  const fitted = `aresample=${rateHz}:async=1:first_pts=0,apad=whole_len=${samples},atrim=end_sample=${samples}`
  return [`[0:${audio.streamIndex}]${fitted},aformat=sample_fmts=fltp:channel_layouts=stereo[sound]`]
}

/** 44.1 kHz would be resampled for nothing; all else becomes 48 kHz, which every player takes. */
export function encodedSampleRateHz(sourceRateHz: number): number {
  return sourceRateHz === 44_100 ? 44_100 : 48_000
}

const AUDIO_OPTIONS = ['-c:a', 'aac', '-b:a', `${AUDIO_BITS_PER_SECOND}`]

/** Of all pictures; beside a copied stream, of each encoded one by its number, since a copy takes no encoder's options. */
function encoderOptions(plan: EncodePlan): string[] {
  const options = videoOptions(plan)
  if (plan.copy === undefined) return options
  return plan.rungs.flatMap((_, index) =>
    options.map((text, at) => (at % 2 === 0 ? `${text.replace(/:v$/, '')}:v:${index}` : text)),
  )
}

/** Names and values. No keyframe but the listed ones (`-g` is the longest gap between two of them), closed GOPs, and B-frames that
 *  nothing refers to, so that a lost one harms only itself. */
function videoOptions({ cuts, frameRate, colours }: EncodePlan): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-profile:v', 'high'],
    ...['-sc_threshold', '0', '-bf', '2', '-x264-params', 'b-pyramid=none:open-gop=0'],
    ...['-g', `${longestGapFrames(cuts, frameRate)}`],
    ...['-force_key_frames', cuts.keyframeSeconds.map(writeKeyframeTime).join(',')],
    ...(colours === undefined ? [] : ['-color_primaries', colours, '-color_trc', colours, '-colorspace', colours]),
  ]
}

function longestGapFrames(cuts: CutList, frameRate: Rational): number {
  const usualFrames = Math.ceil(KEYFRAME_SECONDS * valueOf(frameRate))
  return Math.max(usualFrames, Math.round(longestGapSeconds(cuts) * valueOf(frameRate)))
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

/** With its parameter sets in band, as every transport stream has them. */
function copyOptions({ copy, rungs }: EncodePlan): string[] {
  if (copy === undefined) return []
  return [`-c:v:${rungs.length}`, 'copy', `-bsf:v:${rungs.length}`, 'hevc_mp4toannexb']
}

const PRIMING_SAMPLES = 1024 // of ffmpeg's AAC encoder

/** The muxer moves a variant's times until none is below 0: by a frame where x264 reorders, by more where the source
 *  does. All variants have to tell the same times, so the copied one is moved by as much as the others are.
 *  Should its muxer fail, theirs go on. */
function copyTimes({ frameRate, audio }: EncodePlan): string[] {
  const reorderSeconds = 1 / valueOf(frameRate)
  const primingSeconds = audio === undefined ? 0 : PRIMING_SAMPLES / encodedSampleRateHz(audio.sampleRateHz)
  const movedSeconds = Math.max(reorderSeconds, primingSeconds)
  return [
    'onfail=ignore',
    'avoid_negative_ts=disabled',
    'hls_ts_options=avoid_negative_ts=disabled', // of each segment's own muxer
    `output_ts_offset=${movedSeconds.toFixed(6)}`,
  ]
}

/** Paths are relative to ffmpeg's folder, so that nothing in them needs quoting. `max_delay` is what the ffmpeg program
 *  sets for a transport stream without tee: PCR 0.7 s before the first DTS. */
function teeSlave(name: string, index: number, { audio }: EncodePlan, times: readonly string[] = []): string {
  const streams = audio !== undefined ? `v:${index},a` : `v:${index}`
  const options = [
    `select=\\'${streams}\\'`,
    'f=hls',
    `hls_time=${SEGMENT_SECONDS}`,
    'hls_list_size=3',
    'max_delay=700000',
    ...times,
    `hls_segment_filename=${name}/%05d.ts`,
  ]
  return `[${options.join(':')}]${name}/${SEGMENT_LIST}`
}
