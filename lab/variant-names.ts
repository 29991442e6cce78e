import type { ViewedVariant } from '../protocol/hls-playlist.ts'

type Named = Pick<ViewedVariant, 'uri'> & Partial<Pick<ViewedVariant, 'heightPixels' | 'bandwidthBitsPerSecond'>>

const LONGEST = 60

/** A short name for each variant, none twice: its folder where these tell them apart, else the picture's height, else its
 *  bandwidth, else its place. */
export function variantNames(variants: readonly Named[]): readonly string[] {
  const ways: readonly ((variant: Named, index: number) => string)[] = [
    folderOf,
    ({ heightPixels }) => (heightPixels === undefined ? '' : `${heightPixels}p`),
    ({ bandwidthBitsPerSecond = 0 }) => `${Math.round(bandwidthBitsPerSecond / 1000)}k`,
    (_, index) => `variant-${index + 1}`,
  ]
  const names = ways.map((nameOf) => variants.map(nameOf))
  return names.find((some) => !some.includes('') && new Set(some).size === some.length) ?? []
}

/** The last folder of the path; of a file without one its name without what follows the dot. */
function folderOf({ uri }: Named): string {
  const path = (uri.split(/[?#]/)[0] as string).split('/').filter((part) => part !== '')
  const folder = path.at(-2) ?? path.at(-1)?.replace(/\.[^.]*$/, '') ?? ''
  return /^[\w.~-]+$/.test(folder) && folder.length <= LONGEST ? folder : ''
}
