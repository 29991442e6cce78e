import type { Fault, Rule } from './finding.ts'
import { combinations } from './combinations.ts'
import { isMalformedCodec } from './multivariant-rules.ts'
import { attribute, numberOf } from './playlist-tags.ts'
import { readOnes, type Member, type Presentation, type Rendition } from './rendition.ts'
import type { TrackFacts } from './segment-facts.ts'

function tracksOf(renditions: readonly Rendition[]): TrackFacts[] {
  return renditions.flatMap((rendition) => readOnes(rendition).flatMap(({ facts }) => facts.tracks))
}

/** Codecs are the same when one decoder, set up once, plays both: format, profile and level. */
function isSameCodec(told: string, real: string): boolean {
  const [a, b] = [told, real].map((codec) => codec.toLowerCase().split('.')) as [string[], string[]]
  const inBand: Readonly<Record<string, string>> = { avc3: 'avc1', hev1: 'hvc1' }
  const [formatA, formatB] = [a, b].map(([format = '']) => inBand[format] ?? format)
  if (formatA !== formatB) return false
  if (b.length === 1 || a.length === 1) return true // the bytes tell the format alone
  if (formatA === 'avc1') return a[1]?.slice(0, 2) === b[1]?.slice(0, 2) && a[1]?.slice(4) === b[1]?.slice(4)
  if (formatA === 'hvc1') return a[1] === b[1] && a[3] === b[3]
  if (formatA === 'av01') return a.slice(0, 4).join('.') === b.slice(0, 4).join('.') // colours may follow
  return a.join('.') === b.join('.') || isSameAac(a, b)
}

/** HE-AAC may be told as such while its frames say AAC-LC, ISO/IEC 14496-3 section 1.6.6: backward compatible signalling. */
function isSameAac(told: readonly string[], real: readonly string[]): boolean {
  const lowComplexity = real[0] === 'mp4a' && real[1] === '40' && real[2] === '2'
  return lowComplexity && told[1] === '40' && (told[2] === '5' || told[2] === '29')
}

function codecsOf(member: Member): string[] {
  const text = attribute(member.entry.tag, 'CODECS')
  return text === undefined ? [] : text.split(',').map((codec) => codec.trim())
}

const codecs: Rule<Presentation> = {
  id: 'codecs',
  severity: 'error',
  section: '4.3.4.2',
  check: (presentation) =>
    combinations(presentation).flatMap(({ member, main, groups }) => {
      const told = codecsOf(member)
      if (told.length === 0 || told.some(isMalformedCodec)) return [] // the latter told by codecs-form
      const media = tracksOf([main, ...groups.flat()]).filter(({ kind }) => kind === 'video' || kind === 'audio')
      const real = [...new Set(media.map(({ codec }) => codec))]
      return real
        .filter((codec) => !told.some((one) => isSameCodec(one, codec)))
        .map((codec) => ({ line: member.entry.line, expected: `${codec} in CODECS`, got: told.join(',') }))
    }),
}

const codecsExtra: Rule<Presentation> = {
  id: 'codecs-extra',
  severity: 'error',
  section: '4.3.4.2',
  check: (presentation) =>
    combinations(presentation).flatMap(({ member, main, groups }) => {
      const real = tracksOf([main, ...groups.flat()]).map(({ codec }) => codec)
      if (real.length === 0 || real.some((codec) => codec === 'unknown')) return []
      return codecsOf(member)
        .filter((told) => !/^(wvtt|stpp)/.test(told)) // of subtitles
        .filter((told) => !real.some((codec) => formatOf(codec) === formatOf(told)))
        .map((told) => ({
          line: member.entry.line,
          expected: `no codec but ${[...new Set(real)].join(', ')}`,
          got: told,
        }))
    }),
}

function formatOf(codec: string): string {
  const format = codec.split('.')[0] as string
  return { avc3: 'avc1', hev1: 'hvc1' }[format] ?? format
}

const resolution: Rule<Presentation> = {
  id: 'resolution',
  severity: 'error',
  section: '4.3.4.2',
  check: ({ variants, iFrames }) =>
    [...variants, ...iFrames].flatMap(({ entry: { tag, line }, rendition }) => {
      const told = attribute(tag, 'RESOLUTION')
      const picture = rendition?.picture
      if (told === undefined || picture === undefined) return []
      const { widthPixels, heightPixels, displayWidthPixels } = picture
      const possible = [`${widthPixels}x${heightPixels}`, `${displayWidthPixels}x${heightPixels}`]
      return possible.includes(told) ? [] : [{ line, expected: `RESOLUTION=${possible[0]}`, got: told }]
    }),
}

/** Frames a second of the usual distance of pictures; NaN without pictures. */
function frameRateOf(rendition: Rendition | undefined): number {
  const video = rendition === undefined ? undefined : tracksOf([rendition]).find(({ kind }) => kind === 'video')
  return video === undefined || video.frameSeconds === 0 ? NaN : 1 / video.frameSeconds
}

function frameRateFaults({ variants }: Presentation, isWrong: (told: number, real: number) => boolean): Fault[] {
  return variants.flatMap(({ entry: { tag, line }, rendition }) => {
    const [told, real] = [numberOf(tag, 'FRAME-RATE'), frameRateOf(rendition)]
    return isWrong(told, real) ? [{ line, expected: `FRAME-RATE=${real.toFixed(3)}`, got: `${told}` }] : []
  })
}

const frameRate: Rule<Presentation> = {
  id: 'frame-rate',
  severity: 'error',
  section: '4.3.4.2',
  check: (presentation) => frameRateFaults(presentation, (told, real) => real > told * 1.01),
}

const frameRateHigh: Rule<Presentation> = {
  id: 'frame-rate-high',
  severity: 'warning',
  section: '4.3.4.2',
  check: (presentation) => frameRateFaults(presentation, (told, real) => told > real * 1.01),
}

const channels: Rule<Presentation> = {
  id: 'channels',
  severity: 'error',
  section: '4.3.4.1',
  check: ({ media }) =>
    media.flatMap(({ entry: { tag, line }, rendition }) => {
      const told = Number.parseInt(attribute(tag, 'CHANNELS') ?? '', 10)
      const audio = rendition && tracksOf([rendition]).find(({ kind }) => kind === 'audio')
      if (audio?.channels === undefined || Number.isNaN(told) || told === audio.channels) return []
      return [{ line, expected: `CHANNELS="${audio.channels}"`, got: `"${told}"` }]
    }),
}

const iFramesTag: Rule<Presentation> = {
  id: 'i-frames-only',
  severity: 'error',
  section: '4.3.4.3',
  check: ({ variants, iFrames }) => [
    ...iFrames
      .filter(({ rendition }) => rendition?.playlist.isIFramesOnly === false)
      .map(({ entry: { line, uri = '' } }) => ({ line, expected: '#EXT-X-I-FRAMES-ONLY in the list', got: uri })),
    ...variants
      .filter(({ rendition }) => rendition?.playlist.isIFramesOnly === true)
      .map(({ entry: { line, uri = '' } }) => ({ line, expected: 'a list of whole segments', got: uri })),
  ],
}

/** What the lines of a multivariant playlist say of the media that they name. */
export const variantRules: readonly Rule<Presentation>[] = [
  codecs,
  codecsExtra,
  resolution,
  frameRate,
  frameRateHigh,
  channels,
  iFramesTag,
]
