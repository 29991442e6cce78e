import type { Fault, Rule } from './finding.ts'
import { attribute, type Tag } from './playlist-tags.ts'
import type { Playlist } from './playlist.ts'

type Need = { readonly version: number; readonly line: number; readonly because: string }

/** What each tag asks of EXT-X-VERSION: RFC 8216 section 7, rfc8216bis section 8. */
function needOf(tag: Tag, isIFramesOnly: boolean): Omit<Need, 'line'> | undefined {
  const { name, list, value = '' } = tag
  const because = `#${name}`
  switch (name) {
    case 'EXTINF':
      return /^\d+\.\d/.test(value) ? { version: 3, because: 'EXTINF with a fraction' } : undefined
    case 'EXT-X-BYTERANGE':
    case 'EXT-X-I-FRAMES-ONLY':
      return { version: 4, because }
    case 'EXT-X-MAP':
      return { version: isIFramesOnly ? 5 : 6, because }
    case 'EXT-X-KEY':
    case 'EXT-X-SESSION-KEY':
      if (list.values.has('KEYFORMAT') || list.values.has('KEYFORMATVERSIONS')) {
        return { version: 5, because: `KEYFORMAT in ${because}` }
      }
      return list.values.has('IV') ? { version: 2, because: `IV in ${because}` } : undefined
    case 'EXT-X-MEDIA':
      return attribute(tag, 'INSTREAM-ID')?.startsWith('SERVICE') === true
        ? { version: 7, because: 'INSTREAM-ID of SERVICE' }
        : undefined
    case 'EXT-X-DEFINE':
      return list.values.has('QUERYPARAM') ? { version: 11, because: 'QUERYPARAM' } : { version: 8, because }
    case 'EXT-X-SKIP':
      return { version: list.values.has('RECENTLY-REMOVED-DATERANGES') ? 10 : 9, because }
    case 'EXT-X-STREAM-INF':
    case 'EXT-X-I-FRAME-STREAM-INF':
      return [...list.values.keys()].some((key) => key.startsWith('REQ-'))
        ? { version: 12, because: 'an attribute that begins with REQ-' }
        : undefined
    default:
      return undefined
  }
}

function needs(playlist: Playlist): Need[] {
  const isIFramesOnly = playlist.kind === 'media' && playlist.isIFramesOnly
  return playlist.tags.flatMap((tag) => {
    const need = needOf(tag, isIFramesOnly)
    return need === undefined ? [] : [{ ...need, line: tag.line }]
  })
}

function saysVersion(playlist: Playlist): boolean {
  return playlist.tags.some(({ name }) => name === 'EXT-X-VERSION')
}

/** One fault for each version that is asked for, at the first that asks. */
function tooLow(playlist: Playlist): Fault[] {
  const told = new Set<number>()
  return needs(playlist)
    .filter(({ version }) => version > playlist.version && !told.has(version) && told.add(version))
    .map(({ version, line, because }) => ({
      line,
      expected: `EXT-X-VERSION of at least ${version} for ${because}`,
      got: `${playlist.version}`,
    }))
}

const versionTooLow: Rule<Playlist> = {
  id: 'version-too-low',
  severity: 'error',
  section: '7',
  check: (playlist) => (saysVersion(playlist) ? tooLow(playlist) : []),
}

/** Players go by what is there; without the tag nothing is promised that does not hold. */
const versionMissing: Rule<Playlist> = {
  id: 'version-missing',
  severity: 'warning',
  section: '4.3.1.2',
  check: (playlist) => (saysVersion(playlist) ? [] : tooLow(playlist).slice(-1)),
}

const variable: Rule<Playlist> = {
  id: 'variable',
  severity: 'error',
  section: 'bis 4.3',
  check: ({ tags, kind, ...playlist }) => {
    const defines = tags.filter(({ name }) => name === 'EXT-X-DEFINE')
    const odd = defines.filter(
      ({ list }) => ['NAME', 'IMPORT', 'QUERYPARAM'].filter((k) => list.values.has(k)).length !== 1,
    )
    const uris =
      'segments' in playlist
        ? playlist.segments.map(({ uri, line }) => ({ uri, line }))
        : [...playlist.variants, ...playlist.renditions, ...playlist.iFrameStreams]
    return [
      ...odd.map(({ line, value }) => ({ line, expected: 'one of NAME, IMPORT and QUERYPARAM', got: value ?? '' })),
      // Substituted by the reader: what is left has no value.
      ...uris
        .filter(({ uri }) => defines.length > 0 && /\{\$[\w-]+\}/.test(uri ?? ''))
        .map(({ uri = '', line }) => ({ line, expected: 'a variable that is defined', got: uri })),
      ...(kind === 'multivariant' ? defines : [])
        .filter(({ list }) => list.values.has('IMPORT'))
        .map(({ line }) => ({ line, expected: 'IMPORT in media playlists alone', got: 'a multivariant playlist' })),
    ]
  },
}

/** Of playlists of both kinds. */
export const playlistRules: readonly Rule<Playlist>[] = [versionTooLow, versionMissing, variable]
