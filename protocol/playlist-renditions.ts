import { quoted, uriLine } from './playlist-text.ts'

/** One rendition of a multivariant playlist, RFC 8216 section 4.3.4.1: an alternative that every variant has. */
export type Rendition = {
  readonly kind: 'audio' | 'subtitles'
  readonly name: string // for people; no two of a kind are alike
  readonly language?: string // RFC 5646
  readonly isDefault: boolean // at most one of a kind
  readonly isAutoselected: boolean // may be taken for the viewer's language; the default always may
  readonly isForced?: boolean // subtitles only
  readonly characteristics?: readonly string[] // uniform type identifiers, such as public.accessibility.describes-video
  readonly channelCount?: number // of audio
  readonly uri?: string // absent: the sound that is muxed into each variant
}

const TYPES = { audio: 'AUDIO', subtitles: 'SUBTITLES' } as const

/** The EXT-X-MEDIA lines; the group of a kind has the kind's name. Throws RangeError for what the section forbids: two of a
 *  name, two defaults, two that would be taken for the same viewer, subtitles without a URI. */
export function renditionLines(renditions: readonly Rendition[]): string[] {
  for (const kind of ['audio', 'subtitles'] as const) refuseUnclear(renditions.filter((one) => one.kind === kind))
  return renditions.map((rendition) => `#EXT-X-MEDIA:${attributes(rendition)}`)
}

/** The groups as attributes of EXT-X-STREAM-INF, section 4.3.4.2. */
export function groupAttributes(renditions: readonly Rendition[]): string[] {
  const has = (kind: Rendition['kind']): boolean => renditions.some((one) => one.kind === kind)
  return [...(has('audio') ? ['AUDIO="audio"'] : []), ...(has('subtitles') ? ['SUBTITLES="subtitles"'] : [])]
}

function refuseUnclear(group: readonly Rendition[]): void {
  const twice = firstTwice(group.map(({ name }) => name))
  if (twice !== undefined) throw new RangeError(`two renditions have the name ${JSON.stringify(twice)}`)
  if (group.filter(({ isDefault }) => isDefault).length > 1) throw new RangeError('two renditions are the default')
  const chosen = group.filter(({ isAutoselected }) => isAutoselected)
  const alike = firstTwice(
    chosen.map((one) => JSON.stringify([one.language, one.isForced === true, one.characteristics])),
  )
  if (alike !== undefined) throw new RangeError(`two renditions would be selected for ${alike}`)
}

function firstTwice(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) !== index)
}

function attributes(rendition: Rendition): string {
  const {
    kind,
    name,
    language,
    isDefault,
    isAutoselected,
    isForced,
    characteristics = [],
    channelCount,
    uri,
  } = rendition
  if (isDefault && !isAutoselected) throw new RangeError(`${name} is the default, so it has to be autoselected`)
  if (kind === 'subtitles' && uri === undefined) throw new RangeError(`subtitles need a URI: ${name}`)
  if (kind === 'audio' && isForced !== undefined) throw new RangeError(`sound is never forced: ${name}`)
  return [
    `TYPE=${TYPES[kind]}`,
    `GROUP-ID="${kind}"`,
    `NAME=${quoted(name)}`,
    ...(language === undefined ? [] : [`LANGUAGE=${quoted(language)}`]),
    `DEFAULT=${yesOrNo(isDefault)}`,
    `AUTOSELECT=${yesOrNo(isAutoselected)}`,
    ...(isForced === true ? ['FORCED=YES'] : []),
    ...(characteristics.length === 0 ? [] : [`CHARACTERISTICS=${quoted(characteristics.join(','))}`]),
    ...(channelCount === undefined ? [] : [`CHANNELS="${channelCount}"`]),
    ...(uri === undefined ? [] : [`URI=${quoted(uriLine(uri))}`]),
  ].join(',')
}

function yesOrNo(is: boolean): string {
  return is ? 'YES' : 'NO'
}
