import type { Fault, Rule } from './finding.ts'
import type { SegmentFacts } from './segment-facts.ts'

/** What a server answered for one resource. Header names are in lower case. */
export type HttpAnswer = {
  readonly url: string
  readonly kind: 'playlist' | 'segment'
  readonly format: SegmentFacts['format'] | undefined // of a segment
  readonly isGrowing: boolean // a playlist that has not ended
  readonly targetDurationSeconds: number
  readonly hasByteRanges: boolean // its playlist asks for ranges of it
  readonly sizeBytes: number
  readonly headers: ReadonlyMap<string, string>
  /** To the same with what its ETag or date says, undefined where it has neither; or to a range of its first two bytes. */
  readonly conditionalStatus: number | undefined
  readonly range:
    | { readonly status: number; readonly contentRange: string | undefined; readonly sizeBytes: number }
    | undefined
}

const SMALL_BYTES = 1400 // fits one packet: nothing is won by compressing it

const playlistTypes = ['application/vnd.apple.mpegurl', 'audio/mpegurl']
const lenientTypes = ['application/x-mpegurl', 'audio/x-mpegurl']

function typeOf({ headers }: HttpAnswer): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function endsAsPlaylist(url: string): boolean {
  return /\.m3u8?$/i.test(new URL(url).pathname)
}

const playlistType: Rule<HttpAnswer> = {
  id: 'http-playlist-type',
  severity: 'error',
  section: '4',
  check: (answer) => {
    if (answer.kind !== 'playlist' || endsAsPlaylist(answer.url) || playlistTypes.includes(typeOf(answer))) return []
    return [{ expected: `.m3u8 in the path, or the type ${playlistTypes[0]}`, got: typeOf(answer) || 'no type' }]
  },
}

const playlistTypeOdd: Rule<HttpAnswer> = {
  id: 'http-playlist-type-odd',
  severity: 'warning',
  section: '4; Apple 1',
  check: (answer) => {
    const isKnown = [...playlistTypes, ...lenientTypes].includes(typeOf(answer))
    if (answer.kind !== 'playlist' || isKnown || !endsAsPlaylist(answer.url)) return []
    return [{ expected: `the type ${playlistTypes[0]}`, got: typeOf(answer) || 'none' }]
  },
}

const segmentTypes: Readonly<Record<SegmentFacts['format'], readonly string[]>> = {
  ts: ['video/mp2t', 'audio/mp2t'],
  fmp4: ['video/mp4', 'audio/mp4', 'video/iso.segment', 'audio/iso.segment', 'application/mp4'],
  webvtt: ['text/vtt'],
  'packed-audio': ['audio/aac', 'audio/mpeg', 'audio/aacp', 'audio/ac3', 'audio/eac3', 'audio/mp3'],
  unknown: [],
}

const segmentType: Rule<HttpAnswer> = {
  id: 'http-segment-type',
  severity: 'warning',
  section: 'Apple 1; RFC 9110 8.3',
  check: (answer) => {
    const expected = segmentTypes[answer.format ?? 'unknown']
    if (answer.kind !== 'segment' || expected.length === 0 || expected.includes(typeOf(answer))) return []
    return [{ expected: expected.slice(0, 2).join(' or '), got: typeOf(answer) || 'no type' }]
  },
}

/** A page of another origin reads what allows it alone. */
const cors: Rule<HttpAnswer> = {
  id: 'http-cors',
  severity: 'warning',
  section: 'Fetch 3.2',
  check: ({ headers }) =>
    headers.has('access-control-allow-origin')
      ? []
      : [{ expected: 'Access-Control-Allow-Origin, for players in pages', got: 'none' }],
}

type Caching = { readonly isStored: boolean; readonly maxAgeSeconds: number | undefined; readonly text: string }

function cachingOf({ headers }: HttpAnswer): Caching {
  const text = headers.get('cache-control') ?? ''
  const directives = text
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  const age = directives
    .map((directive) => /^(?:s-maxage|max-age)=(\d+)$/.exec(directive)?.[1])
    .filter((a) => a !== undefined)
  const isStored = !directives.includes('no-store') && !directives.includes('no-cache')
  return { isStored, maxAgeSeconds: age.length === 0 ? undefined : Math.max(...age.map(Number)), text }
}

const growingCached: Rule<HttpAnswer> = {
  id: 'http-cache-growing',
  severity: 'error',
  section: '6.2.2; RFC 9111 4.2',
  check: (answer) => {
    const { isStored, maxAgeSeconds, text } = cachingOf(answer)
    const limit = answer.targetDurationSeconds
    if (answer.kind !== 'playlist' || !answer.isGrowing || !isStored || !((maxAgeSeconds ?? 0) > limit)) return []
    return [{ expected: `a list that grows kept for at most its ${limit} s`, got: text }]
  },
}

/** Without a word caches decide by themselves, RFC 9111 section 4.2.2. */
const cacheMissing: Rule<HttpAnswer> = {
  id: 'http-cache-missing',
  severity: 'warning',
  section: 'RFC 9111 4.2.2',
  check: ({ headers, kind }) =>
    headers.has('cache-control') || headers.has('expires')
      ? []
      : [{ expected: `Cache-Control for a ${kind}`, got: 'none' }],
}

const segmentUncached: Rule<HttpAnswer> = {
  id: 'http-cache-segment',
  severity: 'note',
  section: '6.2.1',
  check: (answer) => {
    const { isStored, text } = cachingOf(answer)
    return answer.kind === 'segment' && !isStored ? [{ expected: 'segments that caches may keep', got: text }] : []
  },
}

function rangeFaults({ range, sizeBytes }: HttpAnswer): Fault[] {
  if (range === undefined || sizeBytes < 2) return []
  if (range.status !== 206) return [{ expected: '206 for a range', got: `${range.status}` }]
  if (range.sizeBytes !== 2 || !/^bytes 0-1\/(\d+|\*)$/.test(range.contentRange ?? '')) {
    return [
      {
        expected: `Content-Range: bytes 0-1/${sizeBytes} and 2 bytes`,
        got: `${range.contentRange}, ${range.sizeBytes} bytes`,
      },
    ]
  }
  return []
}

const rangeNeeded: Rule<HttpAnswer> = {
  id: 'http-range',
  severity: 'error',
  section: '4.3.2.2; RFC 9110 14',
  check: (answer) => (answer.hasByteRanges ? rangeFaults(answer) : []),
}

const rangeMissing: Rule<HttpAnswer> = {
  id: 'http-range-missing',
  severity: 'warning',
  section: 'RFC 9110 14',
  check: (answer) => (answer.hasByteRanges || answer.kind !== 'segment' ? [] : rangeFaults(answer)),
}

const compression: Rule<HttpAnswer> = {
  id: 'http-compression',
  severity: 'warning',
  section: 'Apple 1; RFC 9110 8.4',
  check: ({ kind, headers, sizeBytes }) => {
    const encoding = headers.get('content-encoding')
    if (kind === 'segment') return encoding === undefined ? [] : [{ expected: 'media as it is', got: encoding }]
    if (sizeBytes <= SMALL_BYTES || encoding !== undefined) return []
    return [{ expected: 'a playlist in gzip for those who accept it', got: `${sizeBytes} bytes as they are` }]
  },
}

const varyMissing: Rule<HttpAnswer> = {
  id: 'http-vary',
  severity: 'error',
  section: 'RFC 9110 12.5.5',
  check: ({ headers }) => {
    const vary = headers.get('vary') ?? ''
    if (!headers.has('content-encoding') || /accept-encoding|\*/i.test(vary)) return []
    return [{ expected: 'Vary: Accept-Encoding with an encoding', got: vary || 'none' }]
  },
}

const validator: Rule<HttpAnswer> = {
  id: 'http-validator',
  severity: 'note',
  section: 'RFC 9110 8.8',
  check: ({ headers }) =>
    headers.has('etag') || headers.has('last-modified') || /no-store/i.test(headers.get('cache-control') ?? '')
      ? []
      : [{ expected: 'an ETag, or a Last-Modified', got: 'neither' }],
}

const conditional: Rule<HttpAnswer> = {
  id: 'http-conditional',
  severity: 'warning',
  section: 'RFC 9110 13.1',
  check: ({ conditionalStatus: status, isGrowing }) =>
    status === undefined || status === 304 || (isGrowing && status === 200) // it has grown since
      ? []
      : [{ expected: '304 for what has not changed', got: `${status}` }],
}

/** What an origin owes to players and caches. */
export const httpRules: readonly Rule<HttpAnswer>[] = [
  playlistType,
  playlistTypeOdd,
  segmentType,
  cors,
  growingCached,
  cacheMissing,
  segmentUncached,
  rangeNeeded,
  rangeMissing,
  compression,
  varyMissing,
  validator,
  conditional,
]
