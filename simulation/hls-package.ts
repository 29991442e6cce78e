import type { Outline } from '../protocol/outline.ts'
import { averageBandwidth, peakBandwidth } from '../protocol/playlist-bandwidth.ts'
import { writeMediaPlaylist, writeMultivariantPlaylist, type VariantStream } from '../protocol/playlist-writer.ts'
import type { LadderVariant } from '../stream/abr.ts'
import type { ListedMedia } from '../stream/media-timeline.ts'

/** What a viewer over HLS can choose from, and what HLS adds to the segments: the playlists as the segmenter writes them. */
export type HlsPackage = {
  readonly variants: readonly HlsVariant[] // the lowest bitrate first
  readonly multivariantPlaylistBytes: number
}

export type HlsVariant = {
  readonly outline: Outline
  readonly facts: LadderVariant
  readonly media: ListedMedia
  readonly mediaPlaylistBytes: number
}

/** From outlines of which the first has the lowest bitrate; the playlist lists the best one first, as the segmenter does.
 *  Throws RangeError for none, and for one without segments. */
export function hlsPackage(outlines: readonly Outline[]): HlsPackage {
  if (outlines.length === 0) throw new RangeError('a package of no variants')
  const variants = outlines.map(hlsVariant)
  const streams = variants.map(streamOf).toReversed()
  return { variants, multivariantPlaylistBytes: writeMultivariantPlaylist(streams).length } // ASCII
}

/** What is to be chosen from: all of the variants, or those of these names. Throws RangeError for a name that none has. */
export function ladderOf(variants: readonly HlsVariant[], names: readonly string[] | undefined): readonly HlsVariant[] {
  if (names === undefined) return variants
  const missing = names.find((name) => variants.every(({ facts }) => facts.name !== name))
  if (missing !== undefined) throw new RangeError(`there is no variant ${missing}`)
  return variants.filter(({ facts }) => names.includes(facts.name))
}

/** The variant's BANDWIDTH. Throws RangeError for an outline without segments. */
export function variantBandwidth({ segments }: Pick<Outline, 'segments'>): number {
  return peakBandwidth(segments, targetDurationOf(segments))
}

function hlsVariant(outline: Outline): HlsVariant {
  const { segments, variant } = outline
  const targetDurationSeconds = targetDurationOf(segments)
  const facts = {
    name: variant,
    bandwidthBitsPerSecond: variantBandwidth(outline),
    averageBitsPerSecond: averageBandwidth(segments),
  }
  const media = { segments, firstMediaSequence: 0, targetDurationSeconds, isEnded: true }
  const text = writeMediaPlaylist({ targetDurationSeconds, segments, ended: true })
  return { outline, facts, media, mediaPlaylistBytes: text.length }
}

function streamOf({ outline, facts }: HlsVariant): VariantStream {
  const { video, audio } = outline
  const stream = {
    uri: `${facts.name}/index.m3u8`,
    bandwidthBitsPerSecond: facts.bandwidthBitsPerSecond,
    ...(facts.averageBitsPerSecond === undefined ? {} : { averageBandwidthBitsPerSecond: facts.averageBitsPerSecond }),
    codecs: [video?.codec, audio?.codec].filter((codec) => codec !== undefined),
  }
  if (video === undefined) return { ...stream, isSoundAlone: true }
  const { widthPixels, heightPixels, framesPerSecond } = video
  return { ...stream, widthPixels, heightPixels, framesPerSecond }
}

function targetDurationOf(segments: Outline['segments']): number {
  return Math.max(...segments.map(({ durationSeconds }) => Math.round(durationSeconds)))
}
