import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { fileBytesOf, picturesOf, unitsOf, type Piece } from './outline-pieces.ts'

/** A partial segment (draft-pantos-hls-rfc8216bis section 3.2), as it is made of a video that is live. */
export type LivePart = {
  readonly segmentIndex: number
  readonly partIndex: number // within its segment
  readonly endsSegment: boolean
  readonly uri: string
  readonly startSeconds: number
  readonly durationSeconds: number
  readonly sizeBytes: number
  readonly frames: readonly { readonly ptsTicks: number }[]
  readonly isIndependent: boolean // begins with a keyframe
  readonly publishedMs: number // once its last picture has been encoded; the first picture of all is there at 0
}

const TICKS_PER_MS = 90
const DEFAULT_FRAMES_PER_SECOND = 25

/** The parts of a video whose time is now. Pictures and sound are in the part in whose time they are shown; bytes are those
 *  of the segment's file, each piece its share. A picture is there when the next one begins to be encoded. */
export function livePartsOf(outline: Outline, partMs: number): readonly LivePart[] {
  return outline.segments.flatMap((segment, segmentIndex) => partsOf(segment, segmentIndex, outline, partMs))
}

function partsOf(segment: OutlineSegment, segmentIndex: number, outline: Outline, partMs: number): readonly LivePart[] {
  const pictures = picturesOf(segment)
  const units = unitsOf(segment, outline)
  const startMs = segment.startSeconds * 1000 // s to ms
  const endMs = startMs + segment.durationSeconds * 1000 // s to ms
  const count = Math.max(1, Math.ceil(segment.durationSeconds * (1000 / partMs) - 1e-6)) // a sum of ticks is inexact
  const intervalMs = 1000 / (outline.video?.framesPerSecond ?? DEFAULT_FRAMES_PER_SECOND)
  return Array.from({ length: count }, (_, partIndex) => {
    const isLast = partIndex === count - 1
    const fromMs = startMs + partIndex * partMs
    const toMs = isLast ? endMs : fromMs + partMs
    const isIn = ({ ptsTicks }: Piece) =>
      (partIndex === 0 || ptsTicks >= fromMs * TICKS_PER_MS) && (isLast || ptsTicks < toMs * TICKS_PER_MS)
    const shown = pictures.filter(isIn)
    const encodedMs = shown.map(({ frame }) => frame.dtsTicks / TICKS_PER_MS + intervalMs)
    return {
      segmentIndex,
      partIndex,
      endsSegment: isLast,
      uri: `${segmentIndex}.${partIndex}.m4s`,
      startSeconds: fromMs / 1000, // ms to s
      durationSeconds: (toMs - fromMs) / 1000,
      sizeBytes: fileBytesOf([...shown, ...units.filter(isIn)]),
      frames: shown.map(({ frame }) => frame),
      isIndependent: shown.length === 0 || shown[0]?.frame.kind === 'idr',
      publishedMs: Math.max(toMs, ...encodedMs),
    }
  })
}
