import type { Grammar } from './grammar-rules.ts'
import type { Tag } from './playlist-tags.ts'

/** `offsetBytes` is missing where the playlist leaves it away and nothing before tells it (RFC 8216 section 4.3.2.2). */
export type ByteRange = { readonly lengthBytes: number; readonly offsetBytes: number | undefined }
export type Resource = { readonly uri: string; readonly range?: ByteRange | undefined }
export type Part = Resource & {
  readonly line: number
  readonly durationSeconds: number // NaN where it cannot be read
  readonly isIndependent: boolean
  readonly isGap: boolean
}

export type Segment = Resource & {
  readonly line: number // of its URI
  readonly durationSeconds: number // NaN without EXTINF
  readonly durationText: string
  readonly startSeconds: number // after the list's first segment, by EXTINF
  readonly sequence: number // media sequence number
  readonly discontinuitySequence: number
  readonly isDiscontinuity: boolean // it does not continue the one before
  readonly keys: readonly Tag[] // EXT-X-KEY; more than one where formats differ
  readonly map: (Resource & { readonly line: number }) | undefined
  readonly dateTime: { readonly line: number; readonly unixMs: number } | undefined
  readonly isGap: boolean
  readonly bitrateKilobits: number | undefined
  readonly parts: readonly Part[]
}

export type MediaPlaylist = Grammar & {
  readonly kind: 'media'
  readonly version: number
  readonly targetDurationSeconds: number | undefined
  readonly mediaSequence: number
  readonly discontinuitySequence: number
  readonly type: string | undefined // EVENT, VOD
  readonly isEnded: boolean
  readonly isIFramesOnly: boolean
  readonly isIndependent: boolean
  readonly skippedSegments: number
  readonly segments: readonly Segment[]
  readonly openParts: readonly Part[] // of the segment that is not there yet
}

/** An EXT-X-STREAM-INF, an EXT-X-I-FRAME-STREAM-INF or an EXT-X-MEDIA, and the URI that belongs to it. */
export type StreamEntry = { readonly tag: Tag; readonly uri: string | undefined; readonly line: number }

export type MultivariantPlaylist = Grammar & {
  readonly kind: 'multivariant'
  readonly version: number
  readonly isIndependent: boolean
  readonly variants: readonly StreamEntry[]
  readonly iFrameStreams: readonly StreamEntry[]
  readonly renditions: readonly StreamEntry[]
}

export type Playlist = MediaPlaylist | MultivariantPlaylist

/** All that names its own codecs and bandwidth. */
export function streamsOf({ variants, iFrameStreams }: MultivariantPlaylist): readonly StreamEntry[] {
  return [...variants, ...iFrameStreams]
}

/** How a finding names a segment: by what stands in its line, without what a server adds. */
export function segmentName({ uri, range }: Resource): string {
  const path = (uri.split('?')[0] as string).split('/').slice(-2).join('/')
  return range === undefined ? path : `${path}@${range.offsetBytes ?? '?'}`
}
