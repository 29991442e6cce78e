import { isAudible, type Stream } from './source-report.ts'

/** What a menu says of a track. */
export type TrackLabel = {
  readonly language?: string // RFC 5646: de
  readonly title?: string // the source's own name for it
}

export type AudioTrack = TrackLabel & {
  readonly streamIndex: number
  readonly sampleRateHz: number
  readonly channelCount: number
  readonly isDescription: boolean // tells what the pictures show
}

export type SubtitleTrack = TrackLabel & {
  readonly streamIndex: number
  readonly isForced: boolean // of foreign speech and signs only
  readonly isForDeaf: boolean // tells noises and who speaks, too
}

/** All tracks of a source besides its pictures. */
export type SourceTracks = {
  readonly main?: AudioTrack // which every variant carries
  readonly otherAudio: readonly AudioTrack[]
  readonly subtitles: readonly SubtitleTrack[] // of text
  readonly pictureSubtitles: readonly TrackLabel[] // bitmaps, which no WebVTT can hold
}

const BITMAP_CODECS = ['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub']
const TEXT_CODECS = [
  'subrip',
  'srt',
  'ass',
  'ssa',
  'webvtt',
  'mov_text',
  'text',
  'ttml',
  'stl',
  'microdvd',
  'jacosub',
  'sami',
]

/** Sorts what `readSourceFacts` reads; `main` is the sound that it picked. Streams of codecs that nobody knows are left
 *  out in silence: they are no subtitles for sure. */
export function sourceTracks(streams: readonly Stream[], main: Stream | undefined): SourceTracks {
  const audible = streams.filter((stream) => stream.codec_type === 'audio' && isAudible(stream))
  const ofCodecs = (codecs: readonly string[]): Stream[] =>
    streams.filter(({ codec_type, codec_name = '' }) => codec_type === 'subtitle' && codecs.includes(codec_name))
  return {
    ...(main === undefined ? {} : { main: audioTrack(main) }),
    otherAudio: audible.filter((stream) => stream !== main).map(audioTrack),
    subtitles: ofCodecs(TEXT_CODECS).map(subtitleTrack),
    pictureSubtitles: ofCodecs(BITMAP_CODECS).map(trackLabel),
  }
}

function audioTrack(stream: Stream): AudioTrack {
  const { index, sample_rate = 0, channels = 0, disposition } = stream
  return {
    streamIndex: index,
    sampleRateHz: sample_rate,
    channelCount: channels,
    isDescription: disposition?.visual_impaired === 1,
    ...trackLabel(stream),
  }
}

function subtitleTrack(stream: Stream): SubtitleTrack {
  const { index, disposition } = stream
  return {
    streamIndex: index,
    isForced: disposition?.forced === 1,
    isForDeaf: disposition?.hearing_impaired === 1,
    ...trackLabel(stream),
  }
}

function trackLabel({ tags }: Stream): TrackLabel {
  const language = languageTag(tags?.language)
  const title = tags?.title?.trim()
  return { ...(language === undefined ? {} : { language }), ...(title ? { title } : {}) }
}

const NO_LANGUAGE = ['und', 'mis', 'mul', 'zxx', 'qaa'] // undetermined, none of its own, several, no words, private

/** `ger` and `deu` of ISO 639-2 as `de`; undefined for what is no language. */
export function languageTag(told: string | undefined): string | undefined {
  if (told === undefined || !/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/.test(told)) return undefined
  try {
    const [tag] = Intl.getCanonicalLocales(told)
    return tag === undefined || NO_LANGUAGE.includes(tag) ? undefined : tag
  } catch {
    return undefined
  }
}
