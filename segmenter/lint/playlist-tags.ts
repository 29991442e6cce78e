import { readAttributeList, type AttributeList } from './attribute-list.ts'
import type { PlaylistText } from './playlist-lines.ts'
import { tagTable, type TagRule } from './tag-table.ts'

/** A tag of a playlist; `rule` is missing of one that nobody has defined. */
export type Tag = {
  readonly name: string
  readonly line: number
  readonly value: string | undefined
  readonly rule: TagRule | undefined
  readonly list: AttributeList // empty of a tag that takes none
}

const NO_LIST: AttributeList = { values: new Map(), faults: [] }

/** The tags of a text in their order, each with its attributes; `put` puts variables into values (bis 4.3). */
export function readTags({ lines }: PlaylistText, put = (text: string): string => text): Tag[] {
  return lines.flatMap((line) => {
    if (line.kind !== 'tag') return []
    const rule = Object.hasOwn(tagTable, line.name) ? tagTable[line.name] : undefined
    const value = line.value === undefined ? undefined : put(line.value)
    const list = rule?.value === 'attributes' ? readAttributeList(value ?? '') : NO_LIST
    return [{ name: line.name, line: line.number, value, rule, list }]
  })
}

/** An attribute's text without quotes. */
export function attribute(tag: Tag, name: string): string | undefined {
  return tag.list.values.get(name)?.text
}

/** NaN where it is missing or no number. */
export function numberOf(tag: Tag, name: string): number {
  const text = attribute(tag, name)
  return text === undefined || text.trim() === '' ? NaN : Number(text)
}
