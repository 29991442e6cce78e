import type { Fault, Rule } from './finding.ts'
import { attribute, type Tag } from './playlist-tags.ts'
import type { MediaPlaylist } from './playlist.ts'

/** What holds of EXT-X-KEY and EXT-X-SESSION-KEY. */
export function keyFaults(tag: Tag): Fault[] {
  const { line, list } = tag
  const method = attribute(tag, 'METHOD')
  const iv = attribute(tag, 'IV')
  const extra = [...list.values.keys()].filter((name) => name !== 'METHOD')
  if (method === 'NONE') {
    const isSession = tag.name === 'EXT-X-SESSION-KEY'
    if (isSession) return [{ line, expected: 'a METHOD other than NONE', got: 'NONE' }]
    return extra.length === 0 ? [] : [{ line, expected: 'METHOD=NONE alone', got: extra.join(', ') }]
  }
  return [
    ...(attribute(tag, 'URI') === undefined ? [{ line, expected: 'a URI of the key', got: 'none' }] : []),
    ...(iv !== undefined && !/^0[xX][0-9A-Fa-f]{1,32}$/.test(iv)
      ? [{ line, expected: 'an IV of 128 bits, 0x and up to 32 digits', got: iv }]
      : []),
    ...(iv !== undefined && (method === 'SAMPLE-AES-CTR' || method === 'AES-256-GCM')
      ? [{ line, expected: `no IV with ${method}`, got: iv }]
      : []),
  ]
}

const key: Rule<MediaPlaylist> = {
  id: 'key',
  severity: 'error',
  section: '4.3.2.4',
  check: ({ tags }) => tags.filter(({ name }) => name === 'EXT-X-KEY').flatMap(keyFaults),
}

/** An initialization section has no media sequence number that could be the IV. */
const mapIv: Rule<MediaPlaylist> = {
  id: 'map-iv',
  severity: 'error',
  section: '4.3.2.5',
  check: ({ tags }) => {
    const faults: Fault[] = []
    let current: Tag | undefined
    for (const tag of tags) {
      if (tag.name === 'EXT-X-KEY') current = tag
      const isEncrypted = current !== undefined && attribute(current, 'METHOD') === 'AES-128'
      if (tag.name !== 'EXT-X-MAP' || !isEncrypted || attribute(current as Tag, 'IV') !== undefined) continue
      const expected = 'an IV in the EXT-X-KEY of an initialization section, or the EXT-X-MAP before it'
      faults.push({ line: tag.line, expected, got: `none in line ${current?.line}` })
    }
    return faults
  },
}

/** Of the keys of a media playlist. */
export const keyRules: readonly Rule<MediaPlaylist>[] = [key, mapIv]
