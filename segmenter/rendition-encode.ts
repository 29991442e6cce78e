import { encodedSampleRateHz, type EncodePlan } from './encode.ts'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
import type { AudioRendition, SubtitleRendition } from './rendition-plan.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'

type Source = Pick<EncodePlan, 'sourcePath' | 'originSeconds' | 'durationSeconds'>
export type SoundToMake = Omit<AudioRendition, 'rendition'>
export type SubtitlesToMake = Omit<SubtitleRendition, 'rendition'>
export type RenditionsToMake = {
  readonly audio: readonly SoundToMake[]
  readonly subtitles: readonly SubtitlesToMake[]
}

/** ADTS frames, the first of which is the encoder's priming. */
export function soundFile({ folder }: Pick<SoundToMake, 'folder'>): string {
  return `${folder}.adts`
}

/** Cues on ffmpeg's clock, which begins with the source. */
export function cuesFile({ folder }: Pick<SubtitlesToMake, 'folder'>): string {
  return `${folder}.vtt`
}

/** One ffmpeg that reads the source once and decodes no picture; writes the files above into the folder it runs in. At
 *  least one rendition is needed. */
export function renditionArguments(source: Source, { audio, subtitles }: RenditionsToMake): string[] {
  const outputs = [
    ...audio.map((rendition, index) => ({
      options: ['-map', `[sound${index}]`, '-c:a', 'aac', '-b:a', `${rendition.bitsPerSecond}`, '-f', 'adts'],
      url: soundFile(rendition),
    })),
    ...subtitles.map((rendition) => ({
      options: ['-map', `0:${rendition.streamIndex}`, '-c:s', 'webvtt', '-f', 'webvtt'],
      url: cuesFile(rendition),
    })),
  ]
  const [output, ...moreOutputs] = outputs
  if (output === undefined) throw new RangeError('expected a rendition or more, got none')
  return ffmpegArguments({
    inputs: [{ options: safeInputOptions, url: sourceUrl(source.sourcePath) }],
    filters: audio.map((rendition, index) => soundFilter(rendition, index, source)),
    output,
    moreOutputs,
  })
}

/** On the clock of the variants, and as long as they are, as their own sound is. */
function soundFilter(
  { streamIndex, sampleRateHz, layout }: SoundToMake,
  index: number,
  { originSeconds, durationSeconds }: Source,
): string {
  const rateHz = encodedSampleRateHz(sampleRateHz)
  const samples = Math.round(durationSeconds * rateHz)
  const filters = [
    `asetpts=PTS-(${originSeconds.toFixed(6)})/TB`,
    `aresample=${rateHz}:async=1:first_pts=0`,
    `apad=whole_len=${samples}`,
    `atrim=end_sample=${samples}`,
    `aformat=sample_fmts=fltp:channel_layouts=${layout}`,
  ]
  return `[0:${streamIndex}]${filters.join(',')}[sound${index}]`
}
