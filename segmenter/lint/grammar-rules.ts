import type { Rule } from './finding.ts'
import type { PlaylistText } from './playlist-lines.ts'
import { readTags, type Tag } from './playlist-tags.ts'
import type { AttributeType } from './tag-table.ts'

/** The lines of a playlist, and its tags. */
export type Grammar = PlaylistText & { readonly tags: readonly Tag[] }

export function grammarOf(text: PlaylistText): Grammar {
  return { ...text, tags: readTags(text) }
}

const firstLine: Rule<Grammar> = {
  id: 'first-line',
  severity: 'error',
  section: '4.3.1.1',
  check: ({ lines }) =>
    lines[0]?.text === '#EXTM3U'
      ? []
      : [{ line: 1, expected: '#EXTM3U as the first line', got: lines[0]?.text ?? 'an empty file' }],
}

const byteOrderMark: Rule<Grammar> = {
  id: 'byte-order-mark',
  severity: 'error',
  section: '4.1',
  check: ({ hasByteOrderMark }) =>
    hasByteOrderMark ? [{ line: 1, expected: 'no byte order mark', got: 'EF BB BF' }] : [],
}

const utf8: Rule<Grammar> = {
  id: 'utf-8',
  severity: 'error',
  section: '4.1',
  check: ({ isUtf8 }) => (isUtf8 ? [] : [{ expected: 'UTF-8', got: 'bytes that are not' }]),
}

const controlCharacters: Rule<Grammar> = {
  id: 'control-character',
  severity: 'error',
  section: '4.1',
  check: ({ lines }) =>
    lines
      // A tab separates the ids of RECENTLY-REMOVED-DATERANGES (bis 4.4.5.2).
      .filter(({ text }) => /[^\P{Cc}\t]/u.test(text))
      .map(({ number, text }) => ({ line: number, expected: 'no control characters', got: text })),
}

const whitespace: Rule<Grammar> = {
  id: 'whitespace',
  severity: 'error',
  section: '4.1',
  check: ({ lines }) =>
    lines
      .filter(({ kind, text }) => (kind === 'tag' || kind === 'uri') && text.trim() !== text)
      .filter(({ text }) => !text.startsWith('#EXTINF')) // its title may end in anything
      .map(({ number, text }) => ({ line: number, expected: 'no space around it', got: JSON.stringify(text) })),
}

const unknownTag: Rule<Grammar> = {
  id: 'unknown-tag',
  severity: 'note',
  section: '6.3.1',
  check: ({ tags }) =>
    tags
      .filter(({ rule }) => rule === undefined)
      .map(({ name, line }) => ({ line, expected: 'a tag of the specification', got: `#${name}` })),
}

const tagOnce: Rule<Grammar> = {
  id: 'tag-twice',
  severity: 'error',
  section: '4.3',
  check: ({ tags }) => {
    const seen = new Map<string, number>()
    return tags.flatMap(({ name, line, rule }) => {
      const before = seen.get(name)
      seen.set(name, before ?? line)
      if (rule?.isOnce !== true || before === undefined) return []
      return [{ line, expected: `#${name} once`, got: `another, after line ${before}` }]
    })
  },
}

const mixedKinds: Rule<Grammar> = {
  id: 'mixed-tags',
  severity: 'error',
  section: '4.3.4',
  check: ({ tags }) => {
    const ofMultivariant = tags.filter(({ rule }) => rule?.of === 'multivariant')
    const ofMedia = tags.filter(({ rule }) => rule !== undefined && rule.of !== 'multivariant' && rule.of !== 'both')
    const [intruder] = ofMultivariant.length >= ofMedia.length ? ofMedia : ofMultivariant
    const [host] = ofMultivariant.length >= ofMedia.length ? ofMultivariant : ofMedia
    if (intruder === undefined || host === undefined) return []
    const expected = `no tag of another kind of playlist beside #${host.name}`
    return [{ line: intruder.line, expected, got: `#${intruder.name}` }]
  },
}

const valueForms: Readonly<Record<string, { form: RegExp; says: string }>> = {
  integer: { form: /^\d{1,20}$/, says: 'a whole number' },
  extinf: { form: /^\d+(\.\d+)?,/, says: 'a number of seconds, then a comma' },
  'byte-range': { form: /^\d+(@\d+)?$/, says: 'length[@offset]' },
  'date-time': {
    form: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}(:?\d{2})?)?$/,
    says: 'a date and time as YYYY-MM-DDThh:mm:ss.SSSZ',
  },
  type: { form: /^(EVENT|VOD)$/, says: 'EVENT or VOD' },
  'yes-no': { form: /^(YES|NO)$/, says: 'YES or NO' },
}

const tagValue: Rule<Grammar> = {
  id: 'tag-value',
  severity: 'error',
  section: '4.3',
  check: ({ tags }) =>
    tags.flatMap(({ name, line, value, rule }) => {
      if (rule === undefined) return []
      if (rule.value === 'none') return value === undefined ? [] : [{ line, expected: `#${name} alone`, got: value }]
      if (value === undefined || value === '') return [{ line, expected: `#${name}:value`, got: 'no value' }]
      const known = valueForms[rule.value]
      return known === undefined || known.form.test(value) ? [] : [{ line, expected: known.says, got: value }]
    }),
}

const attributeSyntax: Rule<Grammar> = {
  id: 'attribute-list',
  severity: 'error',
  section: '4.2',
  check: ({ tags }) =>
    tags.flatMap(({ line, value, list }) =>
      value === undefined || value === '' // told by tag-value
        ? []
        : list.faults.filter(({ kind }) => kind === 'syntax').map(({ expected, got }) => ({ line, expected, got })),
    ),
}

const attributeOnce: Rule<Grammar> = {
  id: 'attribute-twice',
  severity: 'error',
  section: '4.2',
  check: ({ tags }) =>
    tags.flatMap(({ line, list }) =>
      list.faults.filter(({ kind }) => kind === 'twice').map(({ expected, got }) => ({ line, expected, got })),
    ),
}

const attributeMissing: Rule<Grammar> = {
  id: 'attribute-missing',
  severity: 'error',
  section: '4.3',
  check: ({ tags }) =>
    tags.flatMap(({ name, line, value, rule, list }) => {
      const required = Object.entries(rule?.attributes ?? {}).filter(([, { isRequired }]) => isRequired === true)
      return required
        .filter(([attributeName]) => !list.values.has(attributeName))
        .map(([attributeName]) => ({ line, expected: `${attributeName} in #${name}`, got: value ?? 'none' }))
    }),
}

const attributeForms: Readonly<Record<string, { form: RegExp; says: string }>> = {
  integer: { form: /^\d{1,20}$/, says: 'a whole number' },
  decimal: { form: /^\d+(\.\d+)?$/, says: 'a number, not below 0' },
  'signed-decimal': { form: /^-?\d+(\.\d+)?$/, says: 'a number' },
  hexadecimal: { form: /^0[xX][0-9A-Fa-f]+$/, says: 'hexadecimal digits after 0x' },
  resolution: { form: /^\d+x\d+$/, says: 'width x height, in whole numbers' },
}

function typeFault(type: AttributeType, isQuoted: boolean, text: string): string | undefined {
  if (type === 'any') return undefined
  if (type === 'quoted') return isQuoted ? undefined : 'a quoted string'
  if (type === 'quoted-or-none') return isQuoted || text === 'NONE' ? undefined : 'a quoted string, or NONE'
  if (isQuoted) return 'a value without quotation marks'
  if (type === 'enumerated') return undefined
  if (typeof type === 'object') return type.includes(text) ? undefined : type.join(' or ')
  const known = attributeForms[type]
  return known === undefined || known.form.test(text) ? undefined : known.says
}

const attributeType: Rule<Grammar> = {
  id: 'attribute-type',
  severity: 'error',
  section: '4.2',
  check: ({ tags }) =>
    tags.flatMap(({ line, rule, list }) =>
      [...list.values].flatMap(([name, { isQuoted, text }]) => {
        const wanted = rule?.attributes?.[name]
        const expected = wanted === undefined ? undefined : typeFault(wanted.type, isQuoted, text)
        return expected === undefined ? [] : [{ line, expected: `${name} to be ${expected}`, got: text }]
      }),
    ),
}

const attributeUnknown: Rule<Grammar> = {
  id: 'attribute-unknown',
  severity: 'note',
  section: '6.3.1',
  check: ({ tags }) =>
    tags.flatMap(({ name: tag, line, rule, list }) =>
      [...list.values.keys()]
        .filter((name) => rule?.attributes !== undefined && !Object.hasOwn(rule.attributes, name))
        .filter((name) => !name.startsWith('X-')) // anybody's, section 4.3.2.7
        .map((name) => ({ line, expected: `an attribute that #${tag} has`, got: name })),
    ),
}

/** A URI that stands where no tag asks for one, or a tag that waits for one. */
const uriForTag: Rule<Grammar> = {
  id: 'uri-tag',
  severity: 'error',
  section: '4.3.2.1, 4.3.4.2',
  check: ({ lines, tags }) => {
    const isMultivariant = tags.some(({ name }) => name === 'EXT-X-STREAM-INF')
    const asking = isMultivariant ? 'EXT-X-STREAM-INF' : 'EXTINF'
    let open: number | undefined
    const faults: { line: number; expected: string; got: string }[] = []
    for (const line of lines) {
      if (line.kind === 'tag' && line.name === asking) {
        if (open !== undefined) faults.push({ line: open, expected: `a URI after #${asking}`, got: `another, then` })
        open = line.number
      } else if (line.kind === 'uri') {
        if (open === undefined) faults.push({ line: line.number, expected: `#${asking} before a URI`, got: line.text })
        open = undefined
      }
    }
    if (open !== undefined) faults.push({ line: open, expected: `a URI after #${asking}`, got: 'the end' })
    return faults
  },
}

const uriForm: Rule<Grammar> = {
  id: 'uri-form',
  severity: 'warning',
  section: '4.1',
  check: ({ lines, tags }) => {
    const uris = [
      ...lines.filter(({ kind }) => kind === 'uri').map(({ number, text }) => ({ line: number, uri: text.trim() })),
      ...tags.flatMap(({ line, list }) => {
        const uri = list.values.get('URI')
        return uri === undefined ? [] : [{ line, uri: uri.text }]
      }),
    ]
    return uris
      .filter(
        ({ uri }) => uri === '' || !/^[\w\-.~:/?#[\]@!$&'()*+,;=%{}]*$/.test(uri) || /%(?![0-9A-Fa-f]{2})/.test(uri),
      )
      .map(({ line, uri }) => ({ line, expected: 'a URI, other characters as %xx (RFC 3986)', got: `"${uri}"` }))
  },
}

/** What can be said of any playlist's lines alone. */
export const grammarRules: readonly Rule<Grammar>[] = [
  firstLine,
  byteOrderMark,
  utf8,
  controlCharacters,
  whitespace,
  unknownTag,
  tagOnce,
  mixedKinds,
  tagValue,
  attributeSyntax,
  attributeOnce,
  attributeMissing,
  attributeType,
  attributeUnknown,
  uriForTag,
  uriForm,
]
