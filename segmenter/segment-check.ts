import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import { ticksAfter, type TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import { nalSyntaxes } from '../protocol/nal-syntax.ts'
import type { Rational } from './rational.ts'

/** Where a segment stands in its variant. */
export type SegmentPlace = {
  readonly originTicks: number // PTS of the variant's first picture
  readonly firstFrame: number // pictures before this segment
  readonly frameRate: Rational
  readonly roundingTicks?: number // of the pictures' times; absent: what ffmpeg needs
}

const ROUNDING_TICKS = 2 // ffmpeg rounds a time twice on its way into the stream

/** The time of picture `frame` after the first one. */
export function frameTicks(frame: number, { numerator, denominator }: Rational): number {
  return Math.round((frame * TICKS_PER_SECOND * denominator) / numerator)
}

/** What is wrong with a segment, for a log; undefined when it is as HLS and the relay need it: readable to the last
 *  byte, an IDR with its parameter sets first, and every picture at its place of the frame grid, so that its duration is
 *  its number of pictures and the next segment begins where it ends. */
export function segmentProblem(ts: TsSegment, place: SegmentPlace): string | undefined {
  const [fault] = ts.faults
  if (fault !== undefined) return `its bytes: ${JSON.stringify(fault)}`
  const [first] = ts.video
  if (first === undefined) return 'it has no picture'
  const { frameKinds, nalType, parameterSetTypes } = nalSyntaxes[ts.videoCodec ?? 'h264']
  if (frameKinds(ts.video.map(({ nals }) => nals))[0] !== 'idr') return 'its first picture is no IDR'
  const types = first.nals.map(nalType)
  if (parameterSetTypes.some((type) => !types.includes(type))) return 'its IDR comes without parameter sets'
  return timesProblem(ts, place)
}

function timesProblem({ video }: TsSegment, place: SegmentPlace): string | undefined {
  const { originTicks, firstFrame, frameRate, roundingTicks = ROUNDING_TICKS } = place
  const base = video[0]?.ptsTicks ?? 0
  const shown = video.map(({ ptsTicks }) => ticksAfter(ptsTicks, base)).sort((a, b) => a - b)
  const startTicks = frameTicks(firstFrame, frameRate)
  // Modulo 2^33 the first picture's place is exact; the others are told from it.
  if (Math.abs(ticksAfter(base, (originTicks + startTicks) % 2 ** 33)) > roundingTicks) {
    return `it begins at ${base}, not at ${originTicks + startTicks} ticks`
  }
  const strayed = shown.findIndex((ticks, index) => {
    return Math.abs(ticks - (frameTicks(firstFrame + index, frameRate) - startTicks)) > roundingTicks
  })
  return strayed < 0 ? undefined : `its picture ${strayed} of ${shown.length} is not at its time`
}

/** The parameter sets of a segment's first picture, in the order in which they came. */
export function parameterSetsOf({ video, videoCodec }: TsSegment): Uint8Array[] {
  const { nalType, parameterSetTypes } = nalSyntaxes[videoCodec ?? 'h264']
  return (video[0]?.nals ?? []).filter((nal) => parameterSetTypes.includes(nalType(nal))).map((nal) => nal.slice())
}

/** What is wrong where a picture comes with another parameter set than all were described with. */
export function strayParameterSet(ts: TsSegment, described: readonly Uint8Array[]): string | undefined {
  const { nalType, parameterSetTypes } = nalSyntaxes[ts.videoCodec ?? 'h264']
  const strayed = ts.video.findIndex(({ nals }) => {
    const sets = nals.filter((nal) => parameterSetTypes.includes(nalType(nal)))
    return sets.some((nal) => !described.some((known) => Buffer.compare(known, nal) === 0))
  })
  return strayed < 0 ? undefined : `its picture ${strayed} has parameter sets of its own`
}
