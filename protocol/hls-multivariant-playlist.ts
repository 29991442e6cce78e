import type { Manifest } from 'm3u8-parser'

/** A stream at one bitrate, RFC 8216 section 4.3.4.2. */
export type ViewedVariant = {
  readonly uri: string
  readonly bandwidthBitsPerSecond: number // BANDWIDTH
  readonly averageBitsPerSecond?: number
  readonly widthPixels?: number // of pictures; sound alone has none
  readonly heightPixels?: number
  readonly framesPerSecond?: number
  readonly codecs?: string
  readonly soundUri?: string // of the sound that is chosen by itself, where it is not in the variant's own segments
}

export type ViewedMultivariantPlaylist = {
  readonly kind: 'multivariant'
  readonly variants: readonly ViewedVariant[] // as listed, each address once
}

type Listed = NonNullable<Manifest['playlists']>[number]
/** The parser leaves the attributes away where it could not read them. */
type Item = Pick<Listed, 'uri'> & { readonly attributes?: Listed['attributes'] }
type SoundGroup = Readonly<
  Record<string, { readonly default: boolean; readonly autoselect: boolean; readonly uri?: string }>
>

/** Variants of one address that differ in their groups of sound alone are one: the first is taken, as viewers do. */
export function readMultivariantPlaylist({ playlists = [], mediaGroups = {} }: Manifest): ViewedMultivariantPlaylist {
  const sounds = mediaGroups['AUDIO'] ?? {}
  const byUri = new Map<string, ViewedVariant>()
  for (const item of playlists) {
    if (!byUri.has(item.uri)) byUri.set(item.uri, variantOf(item, sounds))
  }
  return { kind: 'multivariant', variants: [...byUri.values()] }
}

function variantOf({ uri, attributes = {} }: Item, sounds: Readonly<Record<string, SoundGroup>>): ViewedVariant {
  const { width, height } = attributes.RESOLUTION ?? {}
  const soundUri = attributes.AUDIO === undefined ? undefined : soundOf(sounds[attributes.AUDIO])
  return {
    uri,
    bandwidthBitsPerSecond: positive(attributes.BANDWIDTH) ?? 0,
    ...defined('averageBitsPerSecond', positive(attributes['AVERAGE-BANDWIDTH'])),
    ...defined('widthPixels', positive(width)),
    ...defined('heightPixels', positive(height)),
    ...defined('framesPerSecond', positive(attributes['FRAME-RATE'])),
    ...defined('codecs', attributes.CODECS),
    ...defined('soundUri', soundUri),
  }
}

/** The default one, else the first; without an address it is in the variant's own segments. */
function soundOf(group: SoundGroup = {}): string | undefined {
  const renditions = Object.values(group)
  return (renditions.find((rendition) => rendition.default) ?? renditions[0])?.uri
}

function positive(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isFinite(number) && number > 0 ? number : undefined
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [name in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [name in Key]: Value })
}
