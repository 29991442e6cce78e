import { readH265Sps, type H265SpsFacts } from '../protocol/h265-sps.ts'
import { nalType, nalTypes } from '../protocol/h265.ts'
import { peakBandwidth, type SizedSegment } from '../protocol/playlist-bandwidth.ts'
import { SEGMENT_SECONDS } from '../protocol/outline.ts'
import { cutsAmong } from './cut-list.ts'
import type { HevcKeyframe, HevcPacket, HevcSurvey } from './hevc-survey.ts'
import { valueOf, type Rational } from './rational.ts'

/** A source's HEVC as a variant: where it can be cut, and what it needs. */
export type HevcCopy = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly cutSeconds: readonly number[] // each on the frame grid; the first is 0
  readonly videoBitsPerSecond: number // the highest of any run of segments that counts
}

type Grid = {
  readonly beginSeconds: number // on the source's own clock: what becomes 0
  readonly durationSeconds: number
  readonly frameRate: Rational
}

const MAX_STRAY_SECONDS = 0.0015 // containers that count in ms
const MAX_SEGMENT_SECONDS = 2 * SEGMENT_SECONDS
const MAX_LUMA_BITS = 10
const DELIMITER_BYTES = 7 // which the muxer puts before each picture

/** Whether the pictures of a source can be a variant as they are: evenly spaced, cut often enough where a player can begin
 *  (IRAP pictures without RASL pictures behind them), the same parameter sets in front of each. Gives why not, for people. */
export function hevcCopy(survey: HevcSurvey, grid: Grid): HevcCopy | string {
  const { packets, keyframes } = survey
  const problem = picturesProblem(survey, grid) ?? parameterSetsProblem(keyframes)
  if (problem !== undefined) return problem
  const sps = spsOf(keyframes[0])
  if (sps === undefined) return 'its sequence parameter set cannot be read'
  if (sps.chromaFormatIdc !== 1 || Math.max(sps.lumaBits, sps.chromaBits) > MAX_LUMA_BITS) {
    return 'its pictures are not 4:2:0 of 8 or 10 bits'
  }
  const cuts = cutsOf(survey, grid)
  if (typeof cuts === 'string') return cuts
  const setsBytes = (keyframes[0]?.parameterSets ?? []).reduce((sum, nal) => sum + nal.length, 0)
  const { widthPixels, heightPixels } = sps
  const segments = segmentsBetween(packets, cuts, grid, setsBytes)
  const longestSeconds = Math.max(...segments.map(({ durationSeconds }) => durationSeconds))
  const videoBitsPerSecond = peakBandwidth(segments, Math.max(SEGMENT_SECONDS, Math.round(longestSeconds)))
  return { widthPixels, heightPixels, cutSeconds: cuts, videoBitsPerSecond }
}

function picturesProblem({ packets, hasHiddenPictures }: HevcSurvey, grid: Grid): string | undefined {
  if (hasHiddenPictures) return 'some of its pictures are not to be shown'
  const strayed = packets
    .map(({ ptsSeconds }) => ptsSeconds - grid.beginSeconds)
    .sort((a, b) => a - b)
    .findIndex((seconds, index) => !(Math.abs(seconds - secondsOf(index, grid)) < MAX_STRAY_SECONDS))
  if (strayed >= 0) return 'its pictures are not evenly spaced'
  const isWhole = Math.round(grid.durationSeconds * valueOf(grid.frameRate)) === packets.length
  return isWhole ? undefined : 'its pictures do not last as long as it does'
}

function parameterSetsProblem(keyframes: readonly HevcKeyframe[]): string | undefined {
  const [first] = keyframes
  if (first === undefined) return 'it has no keyframe'
  if (first.parameterSets.map(nalType).join() !== [nalTypes.vps, nalTypes.sps, nalTypes.pps].join()) {
    return 'its keyframes come without parameter sets, or with several of a kind'
  }
  const told = keyTextOf(first)
  return keyframes.every((keyframe) => keyTextOf(keyframe) === told) ? undefined : 'its parameter sets change'
}

function keyTextOf({ parameterSets }: HevcKeyframe): string {
  return parameterSets.map((nal) => nal.join()).join(';')
}

function spsOf(keyframe: HevcKeyframe | undefined): H265SpsFacts | undefined {
  const sps = keyframe?.parameterSets.find((nal) => nalType(nal) === nalTypes.sps)
  const read = sps && readH265Sps(sps)
  return read?.ok === true ? read.value : undefined
}

/** Where ffmpeg's muxer will cut, in the times that the frame grid gives. */
function cutsOf({ packets, keyframes }: HevcSurvey, grid: Grid): readonly number[] | string {
  const marked = packets.filter(({ isKeyframe }) => isKeyframe)
  if (marked.length !== keyframes.length) return 'its container marks other keyframes than there are'
  const times = marked.map(({ ptsSeconds }) => ptsSeconds - grid.beginSeconds)
  const cuts = cutsAmong(times)
  if (cuts[0] !== times[0] || frameAt(cuts[0] ?? 1, grid) !== 0) return 'it does not begin with a keyframe'
  if (cuts.some((cut) => keyframes[times.indexOf(cut)]?.hasRasl === true)) {
    return 'its keyframes are open: pictures after them lean on pictures before'
  }
  const onGrid = cuts.map((cut) => secondsOf(frameAt(cut, grid), grid))
  if (cutsAmong(onGrid).length !== cuts.length) return 'its keyframes lie too close to where it would be cut'
  const ends = [...onGrid.slice(1), grid.durationSeconds]
  const longestSeconds = Math.max(...ends.map((end, index) => end - (onGrid[index] ?? 0)))
  if (longestSeconds > MAX_SEGMENT_SECONDS) return `its keyframes are too far apart: ${longestSeconds.toFixed(1)} s`
  return onGrid
}

function frameAt(seconds: number, { frameRate }: Grid): number {
  return Math.round(seconds * valueOf(frameRate))
}

/** As `frameTimeFrom` of the cut list has it. */
function secondsOf(frame: number, { frameRate: { numerator, denominator } }: Grid): number {
  return (frame * denominator) / numerator
}

/** The bytes between cuts, as they will be in the package. */
function segmentsBetween(
  packets: readonly HevcPacket[],
  cutSeconds: readonly number[],
  grid: Grid,
  setsBytes: number,
): SizedSegment[] {
  const cutFrames = new Set(cutSeconds.map((cut) => frameAt(cut, grid)))
  const sizes: number[] = []
  for (const { ptsSeconds, sizeBytes, isKeyframe } of packets) {
    if (isKeyframe && cutFrames.has(frameAt(ptsSeconds - grid.beginSeconds, grid))) sizes.push(0)
    const pictureBytes = sizeBytes + DELIMITER_BYTES + (isKeyframe ? setsBytes : 0)
    sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + pictureBytes
  }
  return sizes.map((sizeBytes, index) => {
    const end = cutSeconds[index + 1] ?? grid.durationSeconds
    return { sizeBytes, durationSeconds: end - (cutSeconds[index] ?? 0) }
  })
}
