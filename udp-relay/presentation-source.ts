import type { Outline } from '../protocol/outline.ts'
import type { SegmentUnits } from '../stream/live-segments.ts'
import type { LiveTail } from '../stream/live-tail.ts'

/** One variant of one video, as the relay reads it: the segments that HLS serves. */
export type OpenPresentation = {
  /** The same for all who open this variant of this package, another for every other package (also of a later
   *  attempt at the same video): packets built once are shared under it. */
  readonly packageKey: string
  readonly title: string
  readonly variant: string
  /** The outline as it stands now; grows while the video is being segmented. */
  outline(): Outline
  /** The bytes of segment `index` of the outline. Rejects when the file is gone. */
  readSegment(index: number): Promise<Uint8Array>
  /** Of segments whose sound lies apart: what they hold. */
  readUnits?(index: number): Promise<SegmentUnits>
  /** Of a stream that is published live: its units, which never were a file, and where it can be played from. */
  readonly live?: LivePart
  close(): void
}

export type LivePart = {
  /** Throws RangeError for a segment that is too old. */
  readUnits(index: number): SegmentUnits
  readonly window: { readonly startSeconds: number; readonly liveSeconds: number }
  /** Where its units come one by one; absent: a viewer gets them a segment at a time. */
  readonly tail?: LiveTail
}

/** What the relay needs of the library. `variant` undefined means the best; `sound`: Opus in the place of AAC, where there is some. Resolves undefined when there is no such video or variant. */
export type PresentationSource = {
  open(id: string, variant: string | undefined, sound?: 'opus'): Promise<OpenPresentation | undefined>
}
