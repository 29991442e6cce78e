import { open } from 'node:fs/promises'
import { encodeIvfFrame, encodeIvfHead } from '../protocol/ivf.ts'
import { videoCodecOf } from '../protocol/nal-syntax.ts'
import { demuxMpegTs, type VideoAccessUnit } from '../protocol/mpeg-ts-demuxer.ts'
import type { DecodableFrame } from '../stream/decodable-frames.ts'
import { SlotTimes, TICKS_PER_SLOT } from '../stream/displayed-stretches.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'

export type PictureSequence = {
  readonly presentation: OpenPresentation // of the variant
  readonly decodable: readonly DecodableFrame[] // of it, in decode order
  readonly frames: readonly number[] // of each slot, never falling
}

/** Writes an IVF file that shows the given frame in each slot once it is decoded; a frame that is not there leaves the one
 *  before it. Holds one segment at a time. Rejects when a segment cannot be read or is not what the outline says. */
export async function writePictureSequence(path: string, sequence: PictureSequence): Promise<void> {
  const { presentation, decodable, frames } = sequence
  const { video } = presentation.outline()
  const { widthPixels = 16, heightPixels = 16 } = video ?? {} // the parameter sets tell it better
  const head = { widthPixels, heightPixels, clockRateHz: TICKS_PER_SLOT, codec: videoCodecOf(video?.codec) }
  const times = new SlotTimes(frames)
  const file = await open(path, 'w')
  try {
    await file.write(encodeIvfHead(head))
    let segmentIndex = -1
    let units: readonly VideoAccessUnit[] = []
    for (const frame of neededFrames(decodable, frames)) {
      if (frame.segmentIndex !== segmentIndex) units = await unitsOf(presentation, (segmentIndex = frame.segmentIndex))
      const { nals } = units[frame.indexInSegment] as VideoAccessUnit
      const kept = frame.nalIndices?.map((nalIndex) => nals[nalIndex] as Uint8Array) ?? nals
      await file.write(encodeIvfFrame({ ptsTicks: times.ticksOf(frame.frame), nals: kept }))
    }
  } finally {
    await file.close()
  }
}

/** From where a decoder has to begin to have the first of them right, up to the last. */
function neededFrames(decodable: readonly DecodableFrame[], frames: readonly number[]): readonly DecodableFrame[] {
  const [first = 0] = frames
  const last = frames.at(-1) ?? 0
  const from = decodable.findLastIndex(({ frame, isFreshStart }) => isFreshStart && frame <= first)
  const to = decodable.findLastIndex(({ frame }) => frame <= last)
  return decodable.slice(Math.max(0, from), to + 1)
}

async function unitsOf(presentation: OpenPresentation, segmentIndex: number): Promise<readonly VideoAccessUnit[]> {
  const segment = demuxMpegTs(await presentation.readSegment(segmentIndex))
  if (!segment.ok) throw new Error(`segment ${segmentIndex} is unreadable: ${segment.fault.code}`)
  const { length } = presentation.outline().segments[segmentIndex]?.frames ?? []
  const { video } = segment.value
  if (video.length === length) return video
  throw new Error(`segment ${segmentIndex} has ${video.length} frames, its outline ${length}`)
}
