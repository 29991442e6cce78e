import { readSps, type SpsFacts } from '../protocol/h264-sps.ts'
import { nalType, nalTypes } from '../protocol/h264.ts'
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
import type { Rung } from './ladder.ts'
import type { SourcePictures } from './source-pictures.ts'

/** The parameter sets of all pictures of a source. */
export type H264Sets = { readonly sps: Uint8Array; readonly pps: Uint8Array }

/** What a copy would have to be: the variant in whose place it comes. */
export type H264Wish = { readonly grid: Grid; readonly rung: Rung }

const DELIMITER_BYTES = 6 // which the muxer puts before each picture
const MAX_LEVEL_IDC = 52
const MAX_RATE_SHARE = 3 // of the encoded variant's: beyond that the next variant below would be too far away
const profiles = { baseline: 66, main: 77, high: 100 } as const
const CONSTRAINT_SET_1 = 0x40 // of the baseline profile: without what no player but the reference decodes

/** Whether H.264 pictures can be the top variant as they are: what every player decodes, evenly spaced, of the variant's
 *  size and not far above its rate, with keyframes often enough. Gives the cuts, or why not, for people. That the keyframes
 *  at the cuts are IDR pictures is to be seen in their bytes. */
export function h264Copy(
  pictures: SourcePictures,
  { sps, pps }: H264Sets,
  { grid, rung }: H264Wish,
): (CopiedPictures & CopyCuts) | string {
  const facts = readSps(sps)
  if (!facts.ok) return 'its sequence parameter set cannot be read'
  const problem = syntaxProblem(facts.value) ?? spacingProblem(pictures, grid)
  if (problem !== undefined) return problem
  const { widthPixels, heightPixels } = facts.value
  if (widthPixels !== rung.widthPixels || heightPixels !== rung.heightPixels) {
    return `its pictures are ${widthPixels}x${heightPixels}, the top variant is ${rung.widthPixels}x${rung.heightPixels}`
  }
  const cuts = cutsAtKeyframes(pictures, grid)
  if (typeof cuts === 'string') return cuts
  const added = { eachPicture: DELIMITER_BYTES, eachKeyframe: sps.length + pps.length }
  const videoBitsPerSecond = peakBitsPerSecond(pictures, cuts, grid, added)
  if (videoBitsPerSecond > MAX_RATE_SHARE * rung.maxRateBitsPerSecond) {
    return `its pictures take ${videoBitsPerSecond} bit/s, ${MAX_RATE_SHARE} times what the variant should at most`
  }
  return { ...cuts, widthPixels, heightPixels, videoBitsPerSecond }
}

function syntaxProblem(sps: SpsFacts): string | undefined {
  if (sps.chromaFormatIdc !== 1 || sps.lumaBits !== 8) return 'its pictures are not 4:2:0 of 8 bits'
  if (!sps.frameMbsOnly) return 'its pictures are interlaced'
  const isPlain = sps.profileIdc !== profiles.baseline || (sps.constraintFlags & CONSTRAINT_SET_1) !== 0
  if (!Object.values<number>(profiles).includes(sps.profileIdc) || !isPlain) {
    return `its profile (${sps.profileIdc}) is none that every player takes`
  }
  return sps.levelIdc > MAX_LEVEL_IDC ? `its level (${sps.levelIdc / 10}) is beyond what players take` : undefined
}

/** The one SPS and PPS with which every keyframe comes, or why there is no such pair. */
export function setsOfKeyframes(pictures: SourcePictures, keyframes: readonly Keyframe[]): H264Sets | string {
  const marked = pictures.isKeyframe.reduce((sum, isMarked) => sum + isMarked, 0)
  if (marked !== keyframes.length) return 'its keyframes are open, or its container marks others'
  const problem = parameterSetsProblem(keyframes, nalType, [nalTypes.sps, nalTypes.pps])
  const [sps, pps] = keyframes[0]?.parameterSets ?? []
  return problem ?? (sps && pps ? { sps, pps } : 'it has no keyframe')
}
