import type { Outline } from '../protocol/outline.ts'
import { averageBandwidth, peakBandwidth } from '../protocol/playlist-bandwidth.ts'
import { writeMediaPlaylist, writeMultivariantPlaylist } from '../protocol/playlist-writer.ts'

export type HlsPackage = {
  readonly bandwidthBitsPerSecond: number
  readonly multivariantPlaylistBytes: number
  readonly mediaPlaylistBytes: number
}

/** What HLS adds to a variant's segments, from its outline: the playlists as the segmenter writes them, this variant
 *  alone in the multivariant one. Throws RangeError for an outline without segments. */
export function hlsPackage({ segments, video, audio, variant }: Outline): HlsPackage {
  const targetDurationSeconds = targetDurationOf(segments)
  const bandwidthBitsPerSecond = variantBandwidth({ segments })
  const stream = {
    uri: `${variant}/index.m3u8`,
    bandwidthBitsPerSecond,
    averageBandwidthBitsPerSecond: averageBandwidth(segments),
    codecs: [video?.codec, audio?.codec].filter((codec) => codec !== undefined),
  }
  const multivariant = writeMultivariantPlaylist([
    video === undefined ? { ...stream, isSoundAlone: true } : { ...stream, ...sizeOf(video) },
  ])
  const media = writeMediaPlaylist({ targetDurationSeconds, segments, ended: true })
  return {
    bandwidthBitsPerSecond,
    multivariantPlaylistBytes: multivariant.length, // ASCII
    mediaPlaylistBytes: media.length,
  }
}

function sizeOf({ widthPixels, heightPixels, framesPerSecond }: NonNullable<Outline['video']>) {
  return { widthPixels, heightPixels, framesPerSecond }
}

/** The variant's BANDWIDTH. Throws RangeError for an outline without segments. */
export function variantBandwidth({ segments }: Pick<Outline, 'segments'>): number {
  return peakBandwidth(segments, targetDurationOf(segments))
}

function targetDurationOf(segments: Outline['segments']): number {
  return Math.max(...segments.map(({ durationSeconds }) => Math.round(durationSeconds)))
}
