import { attribute } from './playlist-tags.ts'
import type { Member, Presentation, Rendition } from './rendition.ts'

const GROUPS = ['AUDIO', 'VIDEO', 'SUBTITLES'] as const

/** A variant with all that may be played with it: by group the renditions of which one is chosen. */
export type Combination = {
  readonly member: Member
  readonly main: Rendition
  readonly groups: readonly (readonly Rendition[])[]
}

/** Of each variant that was read. */
export function combinations({ variants, media }: Presentation): Combination[] {
  return variants.flatMap((member) => {
    const { rendition: main, entry } = member
    if (main === undefined) return []
    const groups = GROUPS.map((type) => {
      const id = attribute(entry.tag, type)
      const members = media.filter(
        ({ entry: { tag } }) => attribute(tag, 'TYPE') === type && attribute(tag, 'GROUP-ID') === id,
      )
      return id === undefined ? [] : members.flatMap(({ rendition }) => rendition ?? [])
    })
    return [{ member, main, groups }]
  })
}
