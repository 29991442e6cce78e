import { copiedSound } from './copied-sound.ts'
import { cutsAtKeyframes, spacingProblem, type CopiedPictures, type CopyCuts } from './copy-cuts.ts'
import type { EncodePlan } from './encode.ts'
import { h264Copy, setsOfKeyframes, type H264Wish } from './h264-copy.ts'
import { hevcCopy } from './hevc-copy.ts'
import type { InspectOptions } from './inspect.ts'
import { surveyKeyframes } from './keyframe-survey.ts'
import type { Mp4Index } from './mp4-index.ts'
import { cutPicturesProblem, readAvcConfig } from './mp4-pictures.ts'
import type { Mp4Track } from './mp4-track.ts'
import { gridOf, withH264Copy, withHevcCopy } from './package-plan.ts'
import type { SourceFacts } from './source-facts.ts'
import { readSourcePictures } from './source-pictures.ts'

const MAX_KEYFRAMES = 12_000 // each some 10 bytes of an argument, of at most 128 KiB on Linux

/** A source to be copied from, and its plan without that; the index where it has one. */
export type Surveyed = {
  readonly plan: EncodePlan
  readonly facts: SourceFacts
  readonly index: Mp4Index | undefined
}

/** The plan with a variant of the source's own H.264 pictures in the place of the top one, or why there can be none. Of an
 *  MP4 or MOV file the index and the beginnings of some keyframes are read; of others all, twice. Nothing is decoded. */
export async function planH264Copy(surveyed: Surveyed, options: InspectOptions): Promise<EncodePlan | string> {
  const { plan, facts, index } = surveyed
  const { video, audio } = facts
  const [rung] = plan.rungs
  if (video.shownOtherwise !== undefined || rung === undefined) return video.shownOtherwise ?? 'it has no pictures'
  const wish = { grid: gridOf(plan, facts), rung }
  const track = index?.tracks[video.streamIndex]
  const copied = track === undefined ? await surveyAll(surveyed, wish, options) : await surveyIndex(plan, track, wish)
  if (typeof copied === 'string') return copied
  const soundTrack = audio && index?.tracks[audio.streamIndex]
  const sound = soundTrack && copiedSound(soundTrack, wish.grid)
  const planned = withH264Copy(plan, copied, sound)
  return planned.cuts.keyframeSeconds.length > MAX_KEYFRAMES ? 'it has too many keyframes for one command' : planned
}

async function surveyIndex(
  { sourcePath }: EncodePlan,
  track: Mp4Track,
  wish: H264Wish,
): Promise<(CopiedPictures & CopyCuts) | string> {
  const config = readAvcConfig(track)
  const { pictures } = track
  if (config === undefined || pictures === undefined) return 'its index tells of no H.264, or of several parameter sets'
  if (hasPicturesOfNoTime(track)) return 'some of its pictures last no time'
  const copied = h264Copy(pictures, config, wish)
  if (typeof copied === 'string') return copied
  return (await cutPicturesProblem(sourcePath, pictures, config, copied)) ?? copied
}

/** The last one may be told as without end. */
function hasPicturesOfNoTime({ durations: { samples, values } }: Mp4Track): boolean {
  return values.some((ticks, run) => ticks === 0 && (run < values.length - 1 || (samples[run] as number) > 1))
}

async function surveyAll(
  { plan, facts }: Surveyed,
  wish: H264Wish,
  options: InspectOptions,
): Promise<(CopiedPictures & CopyCuts) | string> {
  const pictures = await readSourcePictures(plan.sourcePath, facts, options)
  const cuts = spacingProblem(pictures, wish.grid) ?? cutsAtKeyframes(pictures, wish.grid)
  if (typeof cuts === 'string') return cuts
  const sets = setsOfKeyframes(pictures, await surveyKeyframes(plan.sourcePath, facts, 'h264', options))
  return typeof sets === 'string' ? sets : h264Copy(pictures, sets, wish)
}

/** The plan with the source's own HEVC beside the variants that are encoded, or why it cannot be kept. Reads all of the
 *  source twice. */
export async function planHevcCopy({ plan, facts }: Surveyed, options: InspectOptions): Promise<EncodePlan | string> {
  if (facts.video.shownOtherwise !== undefined) return facts.video.shownOtherwise
  const pictures = await readSourcePictures(plan.sourcePath, facts, options)
  const keyframes = await surveyKeyframes(plan.sourcePath, facts, 'hevc', options)
  const copied = hevcCopy(pictures, keyframes, gridOf(plan, facts))
  return typeof copied === 'string' ? copied : withHevcCopy(plan, copied)
}
