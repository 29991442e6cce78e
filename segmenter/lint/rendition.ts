import {
  segmentName,
  type MediaPlaylist,
  type Segment,
  type StreamEntry,
  type MultivariantPlaylist,
} from './playlist.ts'
import type { Fault } from './finding.ts'
import type { SegmentFacts, TrackFacts } from './segment-facts.ts'

/** Why there are no facts of a segment, or not all. */
export type ReadProblem = {
  readonly rule: 'resource' | 'byte-range' | 'key-resource' | 'key-refused' | 'decrypt'
  readonly expected: string
  readonly got: string
}

export type ReadSegment = {
  readonly segment: Segment
  readonly sizeBytes: number | undefined // as it crosses the network
  readonly facts: SegmentFacts | undefined // undefined where it was not read
  readonly problems: readonly ReadProblem[]
}

/** What ffprobe says of the pictures of a rendition's first segment. */
export type PictureSize = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly displayWidthPixels: number
}

/** A media playlist that was read, with what was read of its segments. */
export type Rendition = {
  readonly file: string
  readonly url: string
  readonly playlist: MediaPlaylist
  readonly isIndependent: boolean // said here, or for all by the multivariant playlist
  readonly segments: readonly ReadSegment[]
  readonly picture: PictureSize | undefined
}

/** A line of the multivariant playlist and the rendition that it names; undefined where that could not be read. */
export type Member = { readonly entry: StreamEntry; readonly rendition: Rendition | undefined }

export type Presentation = {
  readonly file: string
  readonly playlist: MultivariantPlaylist
  readonly variants: readonly Member[]
  readonly iFrames: readonly Member[]
  readonly media: readonly Member[]
}

export type WithFacts = ReadSegment & { readonly facts: SegmentFacts }

/** The segments that were read, in their order. */
export function readOnes({ segments }: Pick<Rendition, 'segments'>): WithFacts[] {
  return segments.filter((read): read is WithFacts => read.facts !== undefined)
}

export function segmentPlace({ segment }: ReadSegment): Pick<Fault, 'line' | 'segment'> {
  return { line: segment.line, segment: segmentName(segment) }
}

/** The track that tells a segment's time: the picture, else the sound. */
export function leadingTrack({ tracks }: SegmentFacts): TrackFacts | undefined {
  const timed = tracks.filter(({ firstPtsSeconds }) => !Number.isNaN(firstPtsSeconds))
  return timed.find(({ kind }) => kind === 'video') ?? timed.find(({ kind }) => kind === 'audio')
}

export type Pair = { readonly before: WithFacts; readonly after: WithFacts }

/** Neighbours that were both read and continue each other. */
export function continuousPairs({ segments }: Rendition): Pair[] {
  return segments.flatMap((after, index) => {
    const before = segments[index - 1]
    if (before?.facts === undefined || after.facts === undefined || after.segment.isDiscontinuity) return []
    return [{ before: before as WithFacts, after: after as WithFacts }]
  })
}
