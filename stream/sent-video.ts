import { countLeading } from '../protocol/count-leading.ts'
import { videoCodecOf, type VideoCodec } from '../protocol/nal-syntax.ts'
import { keyframeAtOrBefore, type Outline, type OutlineFrame } from '../protocol/outline.ts'
import type { RtpNalPart } from '../protocol/rtp-nal.ts'
import { planRtpVideo } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { framesFrom } from './send-course.ts'
import { DEFAULT_MAX_RTP_BYTES } from './send-schedule.ts'

/** From where a video track was sent: the keyframe at `startSeconds`, as an answer to PLAY tells it. */
export type VideoStart = { readonly startSeconds: number; readonly firstSequenceNumber: number }

export type PacketPlace = { readonly frameIndex: number; readonly packetOfFrame: number }

const MAX_REORDERED_FRAMES = 32 // of H.264 and HEVC 16 pictures can wait, as frames or fields

/** Which frame and which NAL units each video packet of a start carried, from the outline's sizes alone, as
 *  send-schedule.ts plans them. Frames and packets count from the start's; planned as far as is asked. */
export class SentVideo {
  readonly frames: readonly OutlineFrame[] // in decode order, the first an IDR
  readonly maxRtpBytes: number
  readonly framesPerSecond: number
  readonly codec: VideoCodec
  readonly #firstSequenceNumber: number
  readonly #firstPackets: number[] = [0] // of each frame; one more than have been planned

  /** Throws RangeError when the outline has no keyframe there. */
  constructor(outline: Outline, start: VideoStart, maxRtpBytes = DEFAULT_MAX_RTP_BYTES) {
    const keyframe = keyframeAtOrBefore(outline, start.startSeconds)
    if (keyframe === undefined) throw new RangeError(`${outline.variant} has no keyframe at ${start.startSeconds} s`)
    this.frames = framesFrom(outline, keyframe)
    this.maxRtpBytes = maxRtpBytes
    this.framesPerSecond = outline.video?.framesPerSecond || 30
    this.codec = videoCodecOf(outline.video?.codec)
    this.#firstSequenceNumber = start.firstSequenceNumber
  }

  sequenceNumberOf(packet: number): number {
    return (packet + this.#firstSequenceNumber) & 0xffff
  }

  /** Undefined for a packet before the start or after the end. */
  placeOf(packet: number): PacketPlace | undefined {
    if (packet < 0) return undefined
    while ((this.#firstPackets.at(-1) as number) <= packet) if (!this.#planNext()) return undefined
    const frameIndex = countLeading(this.#firstPackets, (first) => first <= packet) - 1
    return { frameIndex, packetOfFrame: packet - (this.#firstPackets[frameIndex] as number) }
  }

  /** For the frames there are, and the one after the last. */
  firstPacketOf(frameIndex: number): number {
    while (this.#firstPackets.length <= frameIndex) {
      if (!this.#planNext()) throw new RangeError(`${this.frames.length} frames were sent, not ${frameIndex}`)
    }
    return this.#firstPackets[frameIndex] as number
  }

  packetsOf(frameIndex: number): number {
    return this.firstPacketOf(frameIndex + 1) - this.firstPacketOf(frameIndex)
  }

  partsOf(frameIndex: number): readonly RtpNalPart[] {
    const frame = this.frames[frameIndex]
    return frame === undefined
      ? []
      : planRtpVideo(this.codec, frame.nalSizesBytes, this.maxRtpBytes - RTP_HEADER_BYTES).parts
  }

  /** The frame shown at this time, -1 where there is none. A frame is sent before it is shown, and not long before. */
  frameIndexAt(ptsTicks: number): number {
    const sentByThen = countLeading(this.frames, ({ dtsTicks }) => dtsTicks <= ptsTicks)
    for (let index = sentByThen - 1; index >= 0 && index >= sentByThen - MAX_REORDERED_FRAMES; index -= 1) {
      if (this.frames[index]?.ptsTicks === ptsTicks) return index
    }
    return -1
  }

  /** From an IDR to before the next one: nothing leans across its borders. */
  pictureGroupOf(frameIndex: number): { readonly firstFrame: number; readonly endFrame: number } {
    let firstFrame = frameIndex
    while (firstFrame > 0 && this.frames[firstFrame]?.kind !== 'idr') firstFrame -= 1
    let endFrame = frameIndex + 1
    while (endFrame < this.frames.length && this.frames[endFrame]?.kind !== 'idr') endFrame += 1
    return { firstFrame, endFrame }
  }

  #planNext(): boolean {
    const frameIndex = this.#firstPackets.length - 1
    if (frameIndex >= this.frames.length) return false
    this.#firstPackets.push((this.#firstPackets[frameIndex] as number) + this.partsOf(frameIndex).length)
    return true
  }
}
