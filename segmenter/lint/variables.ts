import { attribute, type Tag } from './playlist-tags.ts'

/** What EXT-X-DEFINE gives names to, rfc8216bis section 4.4.2.3. */
export type Variables = ReadonlyMap<string, string>

/** The variables of a playlist: its own, those that it imports of its multivariant playlist, those of its address. */
export function readVariables(tags: readonly Tag[], imported: Variables, address: URL): Variables {
  const variables = new Map<string, string>()
  for (const tag of tags) {
    if (tag.name !== 'EXT-X-DEFINE') continue
    const [name, fromAbove, fromQuery] = ['NAME', 'IMPORT', 'QUERYPARAM'].map((key) => attribute(tag, key))
    if (name !== undefined) variables.set(name, attribute(tag, 'VALUE') ?? '')
    else if (fromAbove !== undefined && imported.has(fromAbove)) variables.set(fromAbove, imported.get(fromAbove) ?? '')
    else if (fromQuery !== undefined) variables.set(fromQuery, address.searchParams.get(fromQuery) ?? '')
  }
  return variables
}

/** What has no value stays as it is, and is told by the rule `variable`. */
export function substitute(text: string, variables: Variables): string {
  return text.replace(/\{\$([\w-]+)\}/g, (whole, name: string) => variables.get(name) ?? whole)
}
