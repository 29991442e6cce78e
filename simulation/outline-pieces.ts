import { unitPtsTicks, type Outline, type OutlineFrame, type OutlineSegment } from '../protocol/outline.ts'

/** What is in a segment, and how many bytes of its file it stands for: of all that wraps it its share. */
export type Piece = { readonly ptsTicks: number; readonly fileBytes: number }
export type Picture = Piece & { readonly frame: OutlineFrame }
export type Unit = Piece & { readonly sizeBytes: number }

export function picturesOf(segment: OutlineSegment): readonly Picture[] {
  const share = fileShare(segment)
  return segment.frames.map((frame) => ({
    frame,
    ptsTicks: frame.ptsTicks,
    fileBytes: share * sumOf(frame.nalSizesBytes),
  }))
}

export function unitsOf(segment: OutlineSegment, { audio: clock }: Outline): readonly Unit[] {
  const { audio } = segment
  if (audio === undefined || clock === undefined) return []
  const share = fileShare(segment)
  return audio.sizesBytes.map((sizeBytes, index) => ({
    sizeBytes,
    ptsTicks: unitPtsTicks(audio, clock, index),
    fileBytes: share * sizeBytes,
  }))
}

/** Whole bytes of a file. */
export function fileBytesOf(pieces: readonly Piece[]): number {
  return Math.round(pieces.reduce((sum, { fileBytes }) => sum + fileBytes, 0))
}

/** File bytes for each byte of its pieces. */
function fileShare({ sizeBytes, frames, audio }: OutlineSegment): number {
  const pieceBytes = sumOf(frames.flatMap(({ nalSizesBytes }) => nalSizesBytes)) + sumOf(audio?.sizesBytes ?? [])
  return pieceBytes === 0 ? 0 : sizeBytes / pieceBytes
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
