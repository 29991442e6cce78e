import { readPlaylist } from '../playlist-reader.ts'
import type { MultivariantPlaylist, StreamEntry } from '../playlist.ts'
import type { Member, Presentation, Rendition } from '../rendition.ts'
import type { SegmentFacts, TrackFacts } from '../segment-facts.ts'

const SEGMENT_BYTES = 100_000
const SEGMENT_SECONDS = 4

/** A picture track of 4 s at 25 frames a second, from `startSeconds` on. */
export function videoTrack(startSeconds: number, change: Partial<TrackFacts> = {}): TrackFacts {
  const endSeconds = startSeconds + SEGMENT_SECONDS
  return {
    id: 256,
    kind: 'video',
    codec: 'avc1.64001f',
    frames: 100,
    keyFrames: 2,
    firstPtsSeconds: startSeconds,
    endPtsSeconds: endSeconds,
    firstDtsSeconds: startSeconds,
    endDtsSeconds: endSeconds,
    frameSeconds: 0.04,
    startsWithKey: true,
    hasParameterSets: true,
    ...change,
  }
}

export function audioTrack(startSeconds: number, change: Partial<TrackFacts> = {}): TrackFacts {
  const sound = { id: 257, kind: 'audio', codec: 'mp4a.40.2', frameSeconds: 1024 / 48_000, channels: 2 } as const
  return videoTrack(startSeconds, { ...sound, frames: 188, ...change })
}

export type Built = {
  readonly text?: string
  readonly file?: string
  readonly isIndependent?: boolean
  /** The tracks of the segment with this index. */
  readonly tracks?: (index: number) => readonly TrackFacts[]
}

/** Three segments of 4 s and 100,000 bytes, 200 kbit/s. */
export const threeSegments = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:4
#EXTINF:4.000,
0.ts
#EXTINF:4.000,
1.ts
#EXTINF:4.000,
2.ts
#EXT-X-ENDLIST
`

/** A rendition as if its segments had been read. */
export function builtRendition(built: Built = {}): Rendition {
  const { text = threeSegments, file = 'index.m3u8', isIndependent = false } = built
  const { tracks = (index) => [videoTrack(10 + 4 * index), audioTrack(10 + 4 * index)] } = built
  const playlist = readPlaylist(new TextEncoder().encode(text))
  if (playlist.kind !== 'media') throw new Error('a media playlist is needed')
  const factsOf = (index: number): SegmentFacts => ({ format: 'ts', tracks: tracks(index), faults: [] })
  return {
    file,
    url: `file:///${file}`,
    playlist,
    isIndependent,
    segments: playlist.segments.map((segment, index) => ({
      segment,
      sizeBytes: SEGMENT_BYTES,
      facts: factsOf(index),
      problems: [],
    })),
    picture: { widthPixels: 640, heightPixels: 360, displayWidthPixels: 640 },
  }
}

/** A presentation whose lines name renditions by their files. */
export function builtPresentation(text: string, renditions: readonly Rendition[]): Presentation {
  const playlist = readPlaylist(new TextEncoder().encode(text)) as MultivariantPlaylist
  const member = (entry: StreamEntry): Member => ({
    entry,
    rendition: renditions.find(({ file }) => file === entry.uri),
  })
  return {
    file: 'master.m3u8',
    playlist,
    variants: playlist.variants.map(member),
    iFrames: playlist.iFrameStreams.map(member),
    media: playlist.renditions.map(member),
  }
}
