import { readH265Sps, type H265SpsFacts } from '../protocol/h265-sps.ts'
import { nalType, nalTypes } from '../protocol/h265.ts'
import {
  cutsAtKeyframes,
  peakBitsPerSecond,
  spacingProblem,
  type CopiedPictures,
  type CopyCuts,
  type Grid,
} from './copy-cuts.ts'
import type { Keyframe } from './keyframe-survey.ts'
import { parameterSetsProblem } from './parameter-sets.ts'
import type { SourcePictures } from './source-pictures.ts'

const MAX_LUMA_BITS = 10
const DELIMITER_BYTES = 7 // which the muxer puts before each picture
const SET_TYPES = [nalTypes.vps, nalTypes.sps, nalTypes.pps]

/** Whether HEVC pictures can be a variant as they are: evenly spaced, cut often enough where a player can begin (IRAP
 *  pictures without RASL pictures behind them), the same parameter sets in front of each. Gives why not, for people. */
export function hevcCopy(
  pictures: SourcePictures,
  keyframes: readonly Keyframe[],
  grid: Grid,
): CopiedPictures | string {
  const problem = spacingProblem(pictures, grid) ?? parameterSetsProblem(keyframes, nalType, SET_TYPES)
  if (problem !== undefined) return problem
  const sps = spsOf(keyframes[0])
  if (sps === undefined) return 'its sequence parameter set cannot be read'
  if (sps.chromaFormatIdc !== 1 || Math.max(sps.lumaBits, sps.chromaBits) > MAX_LUMA_BITS) {
    return 'its pictures are not 4:2:0 of 8 or 10 bits'
  }
  const cuts = closedCuts(pictures, keyframes, grid)
  if (typeof cuts === 'string') return cuts
  const eachKeyframe = (keyframes[0]?.parameterSets ?? []).reduce((sum, nal) => sum + nal.length, 0)
  const videoBitsPerSecond = peakBitsPerSecond(pictures, cuts, grid, { eachPicture: DELIMITER_BYTES, eachKeyframe })
  const { widthPixels, heightPixels } = sps
  return { widthPixels, heightPixels, cutSeconds: cuts.cutSeconds, videoBitsPerSecond }
}

function spsOf(keyframe: Keyframe | undefined): H265SpsFacts | undefined {
  const sps = keyframe?.parameterSets.find((nal) => nalType(nal) === nalTypes.sps)
  const read = sps && readH265Sps(sps)
  return read?.ok === true ? read.value : undefined
}

function closedCuts(pictures: SourcePictures, keyframes: readonly Keyframe[], grid: Grid): CopyCuts | string {
  const marked = pictures.isKeyframe.reduce((sum, isMarked) => sum + isMarked, 0)
  if (marked !== keyframes.length) return 'its container marks other keyframes than there are'
  const cuts = cutsAtKeyframes(pictures, grid)
  if (typeof cuts === 'string') return cuts
  const isOpen = cuts.cutKeyframes.some((keyframe) => keyframes[keyframe]?.isOpen === true)
  return isOpen ? 'its keyframes are open: pictures after them lean on pictures before' : cuts
}
