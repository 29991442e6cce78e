import type { Rule } from './finding.ts'
import { keyFaults } from './key-rules.ts'
import { attribute, numberOf, type Tag } from './playlist-tags.ts'
import { streamsOf, type MultivariantPlaylist } from './playlist.ts'

const noVariants: Rule<MultivariantPlaylist> = {
  id: 'no-variants',
  severity: 'warning',
  section: '4.3.4.2',
  check: ({ variants }) => (variants.length > 0 ? [] : [{ expected: '#EXT-X-STREAM-INF', got: 'none' }]),
}

const bandwidthValue: Rule<MultivariantPlaylist> = {
  id: 'bandwidth-value',
  severity: 'error',
  section: '4.3.4.2',
  check: (playlist) =>
    streamsOf(playlist).flatMap(({ tag, line }) => {
      const [peak, average] = [numberOf(tag, 'BANDWIDTH'), numberOf(tag, 'AVERAGE-BANDWIDTH')]
      if (peak === 0) return [{ line, expected: 'BANDWIDTH above 0', got: '0' }]
      return average > peak ? [{ line, expected: `AVERAGE-BANDWIDTH of at most ${peak}`, got: `${average}` }] : []
    }),
}

const codecsMissing: Rule<MultivariantPlaylist> = {
  id: 'codecs-missing',
  severity: 'warning',
  section: '4.3.4.2',
  check: (playlist) =>
    streamsOf(playlist)
      .filter(({ tag }) => attribute(tag, 'CODECS') === undefined)
      .map(({ line }) => ({ line, expected: 'CODECS', got: 'none' })),
}

/** Of the codecs that HLS players know: how RFC 6381 and the codecs' own documents write them. */
const codecForms: readonly RegExp[] = [
  /^avc[13]\.[0-9A-Fa-f]{6}$/,
  /^(hvc1|hev1|dvh1|dvhe)\.[\w.]+$/,
  /^(av01|vp09)\.[\w.]+$/,
  /^mp4a\.[0-9A-Fa-f]{2}(\.\d{1,2})?$/,
  /^(ac-3|ec-3|ac-4|alac|fLaC|flac|opus|Opus|wvtt|mp3)([.\w]*)$/,
  /^stpp(\.\w+)*$/,
]

const codecsForm: Rule<MultivariantPlaylist> = {
  id: 'codecs-form',
  severity: 'error',
  section: '4.3.4.2, RFC 6381',
  check: (playlist) =>
    streamsOf(playlist).flatMap(({ tag, line }) => {
      const text = attribute(tag, 'CODECS')
      if (text === undefined) return []
      return text
        .split(',')
        .map((codec) => codec.trim())
        .filter((codec) => codec === '' || isMalformedCodec(codec))
        .map((codec) => ({ line, expected: 'codecs as avc1.PPCCLL, mp4a.40.2', got: `"${codec}" of "${text}"` }))
    }),
}

/** A codec that players know by its beginning, but cannot read. */
export function isMalformedCodec(codec: string): boolean {
  const isKnown = /^(avc|hvc|hev|dvh|av01|vp09|mp4a|ac-|ec-3|stpp)/i.test(codec)
  return isKnown && !codecForms.some((form) => form.test(codec))
}

function hasVideo(tag: Tag): boolean {
  return /avc|hvc|hev|dvh|av01|vp0?9/.test(attribute(tag, 'CODECS') ?? '')
}

const resolutionMissing: Rule<MultivariantPlaylist> = {
  id: 'resolution-missing',
  severity: 'warning',
  section: '4.3.4.2',
  check: (playlist) =>
    streamsOf(playlist)
      .filter(({ tag }) => hasVideo(tag) && attribute(tag, 'RESOLUTION') === undefined)
      .map(({ line }) => ({ line, expected: 'RESOLUTION of a variant with video', got: 'none' })),
}

const frameRateMissing: Rule<MultivariantPlaylist> = {
  id: 'frame-rate-missing',
  severity: 'note',
  section: '4.3.4.2',
  check: ({ variants }) =>
    variants
      .filter(({ tag }) => hasVideo(tag) && attribute(tag, 'FRAME-RATE') === undefined)
      .map(({ line }) => ({ line, expected: 'FRAME-RATE of a variant with video', got: 'none' })),
}

const score: Rule<MultivariantPlaylist> = {
  id: 'score',
  severity: 'warning',
  section: 'bis 4.4.6.2',
  check: ({ variants }) => {
    const without = variants.filter(({ tag }) => attribute(tag, 'SCORE') === undefined)
    if (without.length === variants.length) return []
    return without.map(({ line }) => ({ line, expected: 'SCORE in all variants or in none', got: 'none' }))
  },
}

const allowedCpc: Rule<MultivariantPlaylist> = {
  id: 'allowed-cpc',
  severity: 'error',
  section: 'bis 4.4.6.2',
  check: (playlist) =>
    streamsOf(playlist).flatMap(({ tag, line }) => {
      const text = attribute(tag, 'ALLOWED-CPC')
      if (text === undefined || text.split(',').every((entry) => /^[^:]+:[A-Z0-9-]*(\/[A-Z0-9-]+)*$/.test(entry)))
        return []
      return [{ line, expected: 'KEYFORMAT:LABEL/LABEL, comma-separated', got: text }]
    }),
}

const sessionData: Rule<MultivariantPlaylist> = {
  id: 'session-data',
  severity: 'error',
  section: '4.3.4.4',
  check: ({ tags }) => {
    const seen = new Set<string>()
    return tags
      .filter(({ name }) => name === 'EXT-X-SESSION-DATA')
      .flatMap((tag) => {
        const { line, list } = tag
        const key = `${attribute(tag, 'DATA-ID')} ${attribute(tag, 'LANGUAGE')}`
        const isSecond = seen.has(key)
        seen.add(key)
        if (list.values.has('VALUE') === list.values.has('URI')) {
          return [{ line, expected: 'either VALUE or URI', got: list.values.has('URI') ? 'both' : 'neither' }]
        }
        return isSecond ? [{ line, expected: 'one for each DATA-ID and LANGUAGE', got: `another of ${key}` }] : []
      })
  },
}

const sessionKey: Rule<MultivariantPlaylist> = {
  id: 'session-key',
  severity: 'error',
  section: '4.3.4.5',
  check: ({ tags }) => tags.filter(({ name }) => name === 'EXT-X-SESSION-KEY').flatMap(keyFaults),
}

const independentSegments: Rule<MultivariantPlaylist> = {
  id: 'independent-missing',
  severity: 'note',
  section: '4.3.5.1',
  check: ({ isIndependent, variants }) =>
    isIndependent || variants.length < 2
      ? []
      : [{ expected: '#EXT-X-INDEPENDENT-SEGMENTS, so that players switch in one step', got: 'none' }],
}

/** What a multivariant playlist's text says of its streams and its session. */
export const multivariantRules: readonly Rule<MultivariantPlaylist>[] = [
  noVariants,
  bandwidthValue,
  codecsMissing,
  codecsForm,
  resolutionMissing,
  frameRateMissing,
  score,
  allowedCpc,
  sessionData,
  sessionKey,
  independentSegments,
]
