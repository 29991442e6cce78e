import { isWholeNumber, type JsonFields } from './json-fields.ts'
import type { FrameKind, OutlineAudio, OutlineFrame, OutlineSegment } from './outline.ts'

/** How a segment stands in `outline.json`: rows instead of objects, a third of the size (a film has 200,000 frames). */
export type SegmentRow = readonly [
  uri: string,
  sizeBytes: number,
  startSeconds: number,
  durationSeconds: number,
  frames: readonly (readonly number[])[], // [kind, header NAL units, PTS, DTS, size of each NAL unit …]
  audio?: readonly number[], // [first PTS, size of each access unit …]
]

const kinds: readonly FrameKind[] = ['idr', 'reference', 'disposable'] // written as their index
const FRAME_FIELDS = 4
const MAX_TICKS = 2 ** 45 // 12 years
const MAX_BYTES = 2 ** 40
const MAX_SECONDS = 1e9

export function writeSegmentRow(segment: OutlineSegment): SegmentRow {
  const { uri, sizeBytes, startSeconds, durationSeconds, audio } = segment
  const frames = segment.frames.map(({ kind, headerNals = 0, ptsTicks, dtsTicks, nalSizesBytes }) => [
    kinds.indexOf(kind),
    headerNals,
    ptsTicks,
    dtsTicks,
    ...nalSizesBytes,
  ])
  const row = [uri, sizeBytes, startSeconds, durationSeconds, frames] as const
  return audio === undefined ? row : [...row, [audio.firstPtsTicks, ...audio.sizesBytes]]
}

/** The segment of a row; what is wrong with it is kept by `fields` under `name`. */
export function readSegmentRow(value: unknown, name: string, fields: JsonFields): OutlineSegment {
  const [uri, sizeBytes, startSeconds, durationSeconds, frames, audio] = fields.list(value, name)
  return {
    uri: fields.text(uri, `${name} uri`, /^\w[\w.-]*$/), // a name in the variant's folder, never a path out of it
    sizeBytes: fields.wholeNumber(sizeBytes, `${name} size`, 0, MAX_BYTES),
    startSeconds: fields.number(startSeconds, `${name} start`, 0, MAX_SECONDS),
    durationSeconds: fields.number(durationSeconds, `${name} duration`, 0, MAX_SECONDS),
    frames: readFrames(fields.list(frames, `${name} frames`), name, fields),
    ...(audio === undefined ? {} : { audio: readAudio(audio, name, fields) }),
  }
}

function readFrames(rows: readonly unknown[], name: string, fields: JsonFields): OutlineFrame[] {
  const wrongIndex = rows.findIndex((row) => !isFrameRow(row))
  if (wrongIndex >= 0) {
    fields.refuse(`${name} frame ${wrongIndex}`, '[kind 0 to 2, header NALs, PTS, DTS, NAL sizes …]', rows[wrongIndex])
    return []
  }
  const frames = (rows as number[][]).map(frameOfRow)
  if (frames[0] !== undefined && frames[0].kind !== 'idr') fields.refuse(`${name} frame 0`, 'an IDR', rows[0])
  return frames
}

function frameOfRow(row: readonly number[]): OutlineFrame {
  const [kind, headerNals, ptsTicks, dtsTicks, ...nalSizesBytes] = row as [number, number, number, number, ...number[]]
  return {
    kind: kinds[kind] as FrameKind,
    ptsTicks,
    dtsTicks,
    nalSizesBytes,
    ...(headerNals === 0 ? {} : { headerNals }),
  }
}

function isFrameRow(row: unknown): row is number[] {
  if (!Array.isArray(row) || row.length <= FRAME_FIELDS) return false
  const [kind, headerNals, ptsTicks, dtsTicks] = row
  return (
    isWholeNumber(kind, 0, kinds.length - 1) &&
    isWholeNumber(headerNals, 0, row.length - FRAME_FIELDS) &&
    isTicks(ptsTicks) &&
    isTicks(dtsTicks) &&
    row.every((size, index) => index < FRAME_FIELDS || isWholeNumber(size, 1, MAX_BYTES))
  )
}

function readAudio(value: unknown, name: string, fields: JsonFields): OutlineAudio {
  const row = fields.list(value, `${name} audio`)
  const isRow = isTicks(row[0]) && row.every((size, index) => index === 0 || isWholeNumber(size, 1, MAX_BYTES))
  if (!isRow) fields.refuse(`${name} audio`, '[first PTS, sizes …]', value)
  const [firstPtsTicks, ...sizesBytes] = isRow ? (row as [number, ...number[]]) : [0]
  return { firstPtsTicks, sizesBytes }
}

function isTicks(value: unknown): value is number {
  return isWholeNumber(value, -MAX_TICKS, MAX_TICKS)
}
