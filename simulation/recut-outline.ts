import type { Outline, OutlineSegment } from '../protocol/outline.ts'
import { fileBytesOf, picturesOf, unitsOf, type Piece, type Picture, type Unit } from './outline-pieces.ts'

const TICKS_PER_SECOND = 90_000

/** The same video in segments of about so many seconds: segment n begins at the first keyframe at or after n times that, as
 *  ffmpeg's muxer cuts; of sound alone at the first unit. Its bytes are those of the pieces, so that all together stay what
 *  they were. Throws RangeError where keyframes are further apart than a segment is long. */
export function recutOutline(outline: Outline, segmentSeconds: number): Outline {
  const pictures = outline.segments.flatMap(picturesOf)
  const units = outline.segments.flatMap((segment) => unitsOf(segment, outline))
  const endTicks = endOf(outline) * TICKS_PER_SECOND // s to 90 kHz
  const starts = startsOf(outline, pictures, units)
  refuseLongGroups(outline.variant, [...starts, endTicks], segmentSeconds, outline.video?.framesPerSecond ?? 25)
  const cuts = cutsAmong(starts, segmentSeconds)
  const extension = /\.[^.]*$/.exec(outline.segments[0]?.uri ?? '')?.[0] ?? ''
  const segments = cuts.map((fromTicks, index) => {
    const isFirst = index === 0
    const toTicks = cuts[index + 1] ?? Infinity
    const isIn = ({ ptsTicks }: Piece) => (isFirst || ptsTicks >= fromTicks) && ptsTicks < toTicks
    const place = {
      uri: `${String(index).padStart(5, '0')}${extension}`,
      fromTicks,
      toTicks: Math.min(toTicks, endTicks),
    }
    return segmentOf(place, pictures.filter(isIn), units.filter(isIn))
  })
  return { ...outline, segments }
}

function segmentOf(
  { uri, fromTicks, toTicks }: { readonly uri: string; readonly fromTicks: number; readonly toTicks: number },
  pictures: readonly Picture[],
  units: readonly Unit[],
): OutlineSegment {
  const first = units[0]
  return {
    uri,
    sizeBytes: fileBytesOf([...pictures, ...units]),
    startSeconds: fromTicks / TICKS_PER_SECOND,
    durationSeconds: (toTicks - fromTicks) / TICKS_PER_SECOND,
    frames: pictures.map(({ frame }) => frame),
    ...(first === undefined
      ? {}
      : { audio: { firstPtsTicks: first.ptsTicks, sizesBytes: units.map(({ sizeBytes }) => sizeBytes) } }),
  }
}

/** Where a segment can begin. */
function startsOf(
  { video, segments }: Outline,
  pictures: readonly Picture[],
  units: readonly Unit[],
): readonly number[] {
  const first = (segments[0]?.startSeconds ?? 0) * TICKS_PER_SECOND // s to 90 kHz
  const pieces = video === undefined ? units : pictures.filter(({ frame }) => frame.kind === 'idr')
  return pieces.map(({ ptsTicks }, index) => (index === 0 ? first : ptsTicks))
}

function cutsAmong(starts: readonly number[], segmentSeconds: number): readonly number[] {
  const cuts = starts.slice(0, 1)
  const [firstTicks = 0] = starts
  for (const ticks of starts.slice(1)) {
    if (ticks - firstTicks >= cuts.length * segmentSeconds * TICKS_PER_SECOND - 1) cuts.push(ticks) // rounded ticks
  }
  return cuts
}

/** On the grid of its frames a keyframe may come one of them later. */
function refuseLongGroups(
  variant: string,
  borders: readonly number[],
  segmentSeconds: number,
  framesPerSecond: number,
): void {
  const seconds = borders.slice(1).map((ticks, index) => (ticks - (borders[index] as number)) / TICKS_PER_SECOND)
  const longest = Math.max(0, ...seconds)
  if (longest <= segmentSeconds + 1 / framesPerSecond) return
  throw new RangeError(`${variant} has keyframes ${longest} s apart: no segments of ${segmentSeconds} s can be cut`)
}

function endOf({ segments }: Outline): number {
  const last = segments.at(-1)
  return last === undefined ? 0 : last.startSeconds + last.durationSeconds
}
