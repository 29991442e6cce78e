import type { Fault, Rule } from './finding.ts'
import { attribute, numberOf, type Tag } from './playlist-tags.ts'
import type { MediaPlaylist } from './playlist.ts'

/** With the attributes of all tags of the same ID before it: a later one may leave away what an earlier has said. */
type Range = { readonly tag: Tag; readonly get: (name: string) => string | undefined }

function rangesOf({ tags }: MediaPlaylist): Range[] {
  const byId = new Map<string, Map<string, string>>()
  return tags
    .filter(({ name }) => name === 'EXT-X-DATERANGE')
    .map((tag) => {
      const id = attribute(tag, 'ID') ?? ''
      const before = byId.get(id) ?? new Map<string, string>()
      const own = [...tag.list.values].map(([name, { text }]) => [name, text] as const)
      const merged = new Map([...before, ...own])
      byId.set(id, merged)
      return { tag, get: (name: string) => merged.get(name) }
    })
}

function faultsOf({ tag, get }: Range): Fault[] {
  const { line } = tag
  const [start, end] = ['START-DATE', 'END-DATE'].map((name) => Date.parse(get(name) ?? ''))
  const duration = numberOf(tag, 'DURATION')
  const faults: Fault[] = []
  const wrong = (expected: string, got: string): void => void faults.push({ line, expected, got })
  if (get('START-DATE') === undefined) wrong('START-DATE', 'none')
  else if (Number.isNaN(start)) wrong('a date as START-DATE', get('START-DATE') ?? '')
  if (get('END-DATE') !== undefined && Number.isNaN(end)) wrong('a date as END-DATE', get('END-DATE') ?? '')
  if ((end ?? NaN) < (start ?? NaN)) wrong(`END-DATE not before ${get('START-DATE')}`, get('END-DATE') ?? '')
  if (duration >= 0 && Math.abs((end ?? NaN) - (start ?? NaN) - duration * 1000) > 1) {
    wrong('END-DATE = START-DATE + DURATION', `${get('END-DATE')}, ${duration} s`)
  }
  if (get('END-ON-NEXT') === 'YES') {
    if (get('CLASS') === undefined) wrong('CLASS with END-ON-NEXT', 'none')
    const told = ['DURATION', 'END-DATE'].find((name) => get(name) !== undefined)
    if (told !== undefined) wrong('no end with END-ON-NEXT', told)
  }
  return faults
}

const dateRange: Rule<MediaPlaylist> = {
  id: 'date-range',
  severity: 'error',
  section: '4.3.2.7',
  check: (playlist) => rangesOf(playlist).flatMap(faultsOf),
}

const dateRangeNeedsTime: Rule<MediaPlaylist> = {
  id: 'date-range-without-time',
  severity: 'error',
  section: '4.3.2.7',
  check: (playlist) => {
    const [first] = rangesOf(playlist)
    if (first === undefined || playlist.tags.some(({ name }) => name === 'EXT-X-PROGRAM-DATE-TIME')) return []
    return [{ line: first.tag.line, expected: '#EXT-X-PROGRAM-DATE-TIME beside it', got: 'none' }]
  },
}

/** Of EXT-X-DATERANGE. */
export const dateRangeRules: readonly Rule<MediaPlaylist>[] = [dateRange, dateRangeNeedsTime]
