import type { Rendition } from '../protocol/playlist-renditions.ts'
import { AUDIO_BITS_PER_SECOND } from './encode.ts'
import type { AudioTrack, SourceTracks, SubtitleTrack, TrackLabel } from './source-tracks.ts'

/** A rendition that becomes a folder of the package. */
type Made = {
  readonly folder: string // audio-1
  readonly streamIndex: number
  readonly rendition: Rendition
}

export type AudioRendition = Made & {
  readonly sampleRateHz: number // of the source
  readonly layout: 'stereo' | '5.1'
  readonly bitsPerSecond: number
}

export type SubtitleRendition = Made

/** What a package offers besides its variants, and what of the source it leaves out. */
export type RenditionPlan = {
  readonly main?: Rendition // of the sound inside the variants; absent where there is no other
  readonly audio: readonly AudioRendition[]
  readonly subtitles: readonly SubtitleRendition[]
  readonly warnings: readonly string[]
}

const MOST_AUDIO = 16
const MOST_SUBTITLES = 32
const SURROUND_CHANNELS = 6
const SURROUND_BITS_PER_SECOND = 384_000

/** The other languages in stereo, the main sound in 5.1 where the source has it, and all subtitles of text. */
export function planRenditions(tracks: SourceTracks): RenditionPlan {
  const audio = audioRenditions(tracks)
  const subtitles = subtitleRenditions(tracks.subtitles.slice(0, MOST_SUBTITLES))
  const [main, ...others] = withoutDoubles(audio.map(({ rendition }) => rendition))
  const spoken = withoutDoubles(subtitles.map(({ rendition }) => rendition))
  return {
    ...(main === undefined || others.length === 0 ? {} : { main }),
    audio: audio.slice(1).map((made, index) => ({ ...made, rendition: others[index] as Rendition })),
    subtitles: subtitles.map((made, index) => ({ ...made, rendition: spoken[index] as Rendition })),
    warnings: leftOut(tracks),
  }
}

/** The first stands for the sound inside the variants. */
function audioRenditions({ main, otherAudio }: SourceTracks): AudioRendition[] {
  if (main === undefined) return []
  const stereo = [main, ...otherAudio.slice(0, MOST_AUDIO)].map((track, index) => audioRendition(track, index))
  if (main.channelCount < SURROUND_CHANNELS) return stereo
  const [first, ...others] = stereo
  return first === undefined ? [] : [first, surround(first, stereo.length), ...others]
}

function audioRendition(track: AudioTrack, index: number): AudioRendition {
  const folder = `audio-${index}`
  return {
    folder,
    streamIndex: track.streamIndex,
    sampleRateHz: track.sampleRateHz,
    layout: 'stereo',
    bitsPerSecond: AUDIO_BITS_PER_SECOND,
    rendition: {
      kind: 'audio',
      ...labelled(track, `Sound ${index + 1}`),
      isDefault: index === 0,
      isAutoselected: true,
      ...(track.isDescription ? { characteristics: ['public.accessibility.describes-video'] } : {}),
      channelCount: 2,
      ...(index === 0 ? {} : { uri: `${folder}/index.m3u8` }),
    },
  }
}

/** Whoever wants it chooses it: 5.1 on two loudspeakers loses the voices. */
function surround(stereo: AudioRendition, index: number): AudioRendition {
  const folder = `audio-${index}`
  const { rendition } = stereo
  return {
    ...stereo,
    folder,
    layout: '5.1',
    bitsPerSecond: SURROUND_BITS_PER_SECOND,
    rendition: {
      ...rendition,
      name: `${rendition.name} 5.1`,
      isDefault: false,
      channelCount: SURROUND_CHANNELS,
      uri: `${folder}/index.m3u8`,
    },
  }
}

function subtitleRenditions(tracks: readonly SubtitleTrack[]): SubtitleRendition[] {
  return tracks.map((track, index) => {
    const folder = `subtitles-${index + 1}`
    const rendition: Rendition = {
      kind: 'subtitles',
      ...labelled(track, `Subtitles ${index + 1}`),
      isDefault: false,
      isAutoselected: true,
      ...(track.isForced ? { isForced: true } : {}),
      ...(track.isForDeaf ? { characteristics: FOR_DEAF } : {}),
      uri: `${folder}/index.m3u8`,
    }
    return { folder, streamIndex: track.streamIndex, rendition }
  })
}
const FOR_DEAF = ['public.accessibility.transcribes-spoken-dialog', 'public.accessibility.describes-music-and-sound']

/** RFC 8216 section 4.3.4.1.1: no two of a group have a name, none is selected for the same viewer as one before. */
function withoutDoubles(group: readonly Rendition[]): Rendition[] {
  const names = new Set<string>()
  const selected = new Set<string>()
  return group.map((rendition) => {
    const name = unused(rendition.name, names)
    const viewer = JSON.stringify([rendition.language, rendition.isForced === true, rendition.characteristics])
    const isAutoselected = !selected.has(viewer)
    names.add(name)
    selected.add(viewer)
    return { ...rendition, name, isAutoselected }
  })
}

function unused(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const tried = number === 1 ? name : `${name} (${number})`
    if (!taken.has(tried)) return tried
  }
}

const MOST_NAME_CHARACTERS = 60

/** A name that a playlist can hold; a language calls itself as its speakers do. */
function labelled(track: TrackLabel, otherwise: string): Pick<Rendition, 'name' | 'language'> {
  const { language, title } = track
  const told = (title ?? '').replaceAll('"', "'").replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
  const [name = otherwise] = [told.slice(0, MOST_NAME_CHARACTERS).trim(), languageName(language)].filter(Boolean)
  return { name, ...(language === undefined ? {} : { language }) }
}

function languageName(language: string | undefined): string | undefined {
  if (language === undefined) return undefined
  return new Intl.DisplayNames([language], { type: 'language', fallback: 'none' }).of(language) ?? language
}

function leftOut({ otherAudio, subtitles, pictureSubtitles }: SourceTracks): string[] {
  const names = pictureSubtitles.map((track, index) => labelled(track, `number ${index + 1}`).name)
  return [
    ...(names.length > 0 ? [`Subtitles that are pictures, not text, were left out: ${names.join(', ')}.`] : []),
    ...(otherAudio.length > MOST_AUDIO
      ? [`Of ${otherAudio.length} other sounds the first ${MOST_AUDIO} were kept.`]
      : []),
    ...(subtitles.length > MOST_SUBTITLES
      ? [`Of ${subtitles.length} subtitles the first ${MOST_SUBTITLES} were kept.`]
      : []),
  ]
}
