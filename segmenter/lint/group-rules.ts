import type { Fault, Rule } from './finding.ts'
import { attribute, type Tag } from './playlist-tags.ts'
import { streamsOf, type MultivariantPlaylist, type StreamEntry } from './playlist.ts'

const GROUP_TYPES = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'] as const

function groupKey(tag: Tag): string {
  return `${attribute(tag, 'TYPE')} "${attribute(tag, 'GROUP-ID')}"`
}

/** Renditions by type and group id, in their order. */
function groupsOf({ renditions }: MultivariantPlaylist): Map<string, Tag[]> {
  const groups = new Map<string, Tag[]>()
  for (const { tag } of renditions) groups.set(groupKey(tag), [...(groups.get(groupKey(tag)) ?? []), tag])
  return groups
}

function eachMember(playlist: MultivariantPlaylist, check: (tag: Tag, get: Get) => Fault[]): Fault[] {
  return playlist.renditions.flatMap(({ tag }) => check(tag, (name) => attribute(tag, name)))
}
type Get = (name: string) => string | undefined

const groupMissing: Rule<MultivariantPlaylist> = {
  id: 'group-missing',
  severity: 'error',
  section: '4.3.4.2',
  check: (playlist) => {
    const groups = groupsOf(playlist)
    return streamsOf(playlist).flatMap(({ tag, line }) =>
      GROUP_TYPES.flatMap((type) => {
        const value = tag.list.values.get(type)
        if (value === undefined || !value.isQuoted || groups.has(`${type} "${value.text}"`)) return []
        return [{ line, expected: `a group ${type} "${value.text}" in #EXT-X-MEDIA`, got: 'none' }]
      }),
    )
  },
}

const groupUnused: Rule<MultivariantPlaylist> = {
  id: 'group-unused',
  severity: 'warning',
  section: '4.3.4.1.1',
  check: (playlist) => {
    const used = new Set(
      streamsOf(playlist).flatMap(({ tag }) => GROUP_TYPES.map((type) => `${type} "${attribute(tag, type)}"`)),
    )
    return [...groupsOf(playlist)]
      .filter(([key]) => !used.has(key))
      .map(([key, [first]]) => ({ line: first?.line, expected: 'a variant that names the group', got: key }))
  },
}

const defaultTwice: Rule<MultivariantPlaylist> = {
  id: 'default-twice',
  severity: 'error',
  section: '4.3.4.1.1',
  check: (playlist) =>
    [...groupsOf(playlist)].flatMap(([key, tags]) =>
      tags
        .filter((tag) => attribute(tag, 'DEFAULT') === 'YES')
        .slice(1)
        .map(({ line }) => ({ line, expected: `one DEFAULT=YES in ${key}`, got: 'another' })),
    ),
}

const nameTwice: Rule<MultivariantPlaylist> = {
  id: 'name-twice',
  severity: 'error',
  section: '4.3.4.1.1',
  check: (playlist) =>
    [...groupsOf(playlist)].flatMap(([key, tags]) => {
      const names = tags.map((tag) => attribute(tag, 'NAME'))
      return tags
        .filter((_, index) => names[index] !== undefined && names.indexOf(names[index]) < index)
        .map((tag) => ({ line: tag.line, expected: `names that differ in ${key}`, got: attribute(tag, 'NAME') ?? '' }))
    }),
}

const groupMembers: Rule<MultivariantPlaylist> = {
  id: 'group-members',
  severity: 'warning',
  section: '4.3.4.1.1',
  check: (playlist) => {
    const groups = [...groupsOf(playlist)]
    const memberNames = (tags: readonly Tag[]): string =>
      tags
        .map((tag) => attribute(tag, 'NAME') ?? '')
        .sort((a, b) => a.localeCompare(b))
        .join(', ')
    return groups.flatMap(([key, tags]) => {
      const type = key.split(' ')[0]
      const [, first = tags] = groups.find(([other]) => other.split(' ')[0] === type) ?? []
      if (memberNames(first) === memberNames(tags)) return []
      return [
        {
          line: tags[0]?.line,
          expected: `the members of the first ${type} group: ${memberNames(first)}`,
          got: memberNames(tags),
        },
      ]
    })
  },
}

const autoselect: Rule<MultivariantPlaylist> = {
  id: 'autoselect',
  severity: 'error',
  section: '4.3.4.1',
  check: (playlist) =>
    eachMember(playlist, ({ line }, get) =>
      get('DEFAULT') === 'YES' && get('AUTOSELECT') === 'NO'
        ? [{ line, expected: 'AUTOSELECT=YES with DEFAULT=YES', got: 'AUTOSELECT=NO' }]
        : [],
    ),
}

/** Which attributes a kind of rendition must have, and which it must not. */
const renditionAttributes: Rule<MultivariantPlaylist> = {
  id: 'rendition-attributes',
  severity: 'error',
  section: '4.3.4.1, 4.3.4.2.1',
  check: (playlist) =>
    eachMember(playlist, ({ line }, get) => {
      const type = get('TYPE')
      const faults: Fault[] = []
      const must = (name: string): void => {
        if (get(name) === undefined) faults.push({ line, expected: `${name} with TYPE=${type}`, got: 'none' })
      }
      const mustNot = (name: string): void => {
        if (get(name) !== undefined)
          faults.push({ line, expected: `no ${name} with TYPE=${type}`, got: get(name) ?? '' })
      }
      if (type === 'SUBTITLES') must('URI')
      else mustNot('FORCED')
      if (type === 'CLOSED-CAPTIONS') {
        mustNot('URI')
        must('INSTREAM-ID')
        const id = get('INSTREAM-ID')
        if (id !== undefined && !/^(CC[1-4]|SERVICE([1-9]|[1-5]\d|6[0-3]))$/.test(id)) {
          faults.push({ line, expected: 'CC1 to CC4, or SERVICE1 to SERVICE63', got: id })
        }
      }
      if (type !== 'AUDIO') mustNot('CHANNELS')
      return faults
    }),
}

const captionsNone: Rule<MultivariantPlaylist> = {
  id: 'captions-none',
  severity: 'error',
  section: '4.3.4.2',
  check: ({ variants }) => {
    const isNone = ({ tag }: StreamEntry): boolean => tag.list.values.get('CLOSED-CAPTIONS')?.isQuoted === false
    if (!variants.some(isNone)) return []
    return variants
      .filter((variant) => !isNone(variant))
      .map(({ line, tag }) => ({
        line,
        expected: 'CLOSED-CAPTIONS=NONE in all variants or in none',
        got: attribute(tag, 'CLOSED-CAPTIONS') ?? 'no attribute',
      }))
  },
}

/** Of EXT-X-MEDIA, and of the variants that name its groups. */
export const groupRules: readonly Rule<MultivariantPlaylist>[] = [
  groupMissing,
  groupUnused,
  defaultTwice,
  nameTwice,
  groupMembers,
  autoselect,
  renditionAttributes,
  captionsNone,
]
