import type { Outline, OutlineFrame } from '../protocol/outline.ts'
import { nalsIn, slicesWithout } from './predict-damage.ts'
import { judgeFrame, type ReferenceChain } from './reference-chain.ts'
import type { SentVideo } from './sent-video.ts'
import type { VideoLosses } from './video-losses.ts'

/** A frame as a viewer's decoder gets it. Lists of them are in decode order. */
export type DecodableFrame = {
  readonly segmentIndex: number
  readonly indexInSegment: number
  readonly frame: number // in order of presentation, from 0
  readonly isFreshStart: boolean // leans on nothing, and is whole: whatever was before does not matter
  readonly nalIndices?: readonly number[] // absent: all
}

const TICKS_PER_SECOND = 90_000

/** All frames of a variant, as HLS brings them. `framesPerSecond` counts the frames: that of the best variant. */
export function allFrames({ segments }: Outline, framesPerSecond: number): readonly DecodableFrame[] {
  return segments.flatMap(({ frames }, segmentIndex) =>
    frames.map((frame, indexInSegment) => ({
      segmentIndex,
      indexInSegment,
      frame: Math.round((frame.ptsTicks * framesPerSecond) / TICKS_PER_SECOND),
      isFreshStart: frame.kind === 'idr',
    })),
  )
}

/** What is left of a start's frames without the lost packets, by the policy of frame-integrity.ts: whole NAL units, none
 *  of a frame that cannot be shown, and a keyframe has its parameter sets back. */
export function framesWithout(
  losses: Pick<VideoLosses, 'between'>,
  video: SentVideo,
  all: readonly DecodableFrame[],
): readonly DecodableFrame[] {
  const sent = all.slice(all.length - video.frames.length) // from the start's keyframe to the end
  let chain: ReferenceChain<never> = { phase: 'waiting' }
  return video.frames.flatMap((frame, frameIndex) => {
    const first = video.firstPacketOf(frameIndex)
    const lost = losses.between(first, first + video.packetsOf(frameIndex)).map((packet) => packet - first)
    const parts = lost.length === 0 ? [] : video.partsOf(frameIndex)
    const slices = lost.length === 0 ? 'all' : slicesWithout(lost, frame, parts).slices
    const judged = judgeFrame(chain, frame.kind, slices)
    chain = judged.chain
    if (judged.state === 'frozen') return []
    const decodable = sent[frameIndex] as DecodableFrame
    if (lost.length === 0) return [decodable]
    const lostNals = new Set(lost.flatMap((packet) => nalsIn(parts[packet] as (typeof parts)[number])))
    const isFreshStart = decodable.isFreshStart && slices === 'all'
    return [{ ...decodable, isFreshStart, nalIndices: nalsWithout(lostNals, frame) }]
  })
}

function nalsWithout(lostNals: ReadonlySet<number>, { kind, nalSizesBytes, headerNals = 0 }: OutlineFrame): number[] {
  const isThere = (nalIndex: number) => !lostNals.has(nalIndex) || (kind === 'idr' && nalIndex < headerNals)
  return [...nalSizesBytes.keys()].filter(isThere)
}
