import type { VideoCodec } from '../protocol/nal-syntax.ts'
import type { OutlineFrame } from '../protocol/outline.ts'
import type { RtpNalPart } from '../protocol/rtp-nal.ts'
import { nalPayloadFormats } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import type { LossCause } from './packet-fates.ts'
import { nalsIn, predictDamage, type PredictedFrame } from './predict-damage.ts'
import type { FrameState } from './reference-chain.ts'
import type { SentVideo } from './sent-video.ts'
import type { VideoLosses } from './video-losses.ts'

/** A part of a NAL unit that travelled in a packet. */
export type CarriedNal = {
  readonly nalIndex: number // in its frame
  readonly kind: 'header' | 'slice' // header: parameter sets and SEI, which a keyframe gets back
  readonly nalBytes: number // of the whole unit
  readonly carriedBytes: number // of it in this packet
}

export type LostPacket = {
  readonly sequenceNumber: number // 16 bits
  readonly sizeBytes: number // RTP packet with its header
  readonly cause: LossCause
  readonly nals: readonly CarriedNal[]
}

/** I: leans on nothing (an IDR). P: on earlier pictures. B: is shown before one that was sent before it. */
export type FrameLetter = 'I' | 'P' | 'B'

/** What became of a frame, by the outline and the losses. */
export type FrameFate = {
  readonly frameNumber: number // in order of presentation, as the code burnt into the clip counts
  readonly ptsTicks: number
  readonly letter: FrameLetter
  readonly isReference: boolean // others may lean on it
  readonly sizeBytes: number
  readonly slices: number
  readonly state: FrameState
  readonly lostPackets: number // of its own
}

/** Why a frame looks as it does: which packets were lost, what they carried, how far the damage spread, what ended it. */
export type DamageStory = {
  readonly kind: 'damage'
  readonly asked: FrameFate
  readonly root: FrameFate // the frame whose own loss is to blame
  readonly earlier?: FrameFate // the picture had been broken before, by a loss in this one
  readonly packets: readonly LostPacket[] // of the root
  readonly frames: readonly FrameFate[] // of the whole group of pictures, in order of presentation
  readonly affected: readonly FrameFate[] // from the root on what is not intact, in order of sending
  readonly end: DamageEnd
}

/** Harmless: only parameter sets or SEI were lost. Frame: a disposable one, on which none leans. Video: there is no later keyframe. */
export type DamageEnd =
  | { readonly by: 'harmless' | 'frame' | 'video' }
  | { readonly by: 'idr'; readonly frameNumber: number; readonly ptsTicks: number }

export type CauseOf = (sequenceNumber: number) => LossCause

/** The story of a frame by its index in what was sent; undefined for one that is intact and lost nothing. */
export function explainDamage(
  video: SentVideo,
  losses: Pick<VideoLosses, 'between'>,
  frameIndex: number,
  causeOf: CauseOf,
): DamageStory | undefined {
  const group = new PictureGroup(video, losses, frameIndex)
  const asked = group.fates[frameIndex - group.firstFrame]
  const rootIndex = group.rootOf(frameIndex)
  if (asked === undefined || rootIndex === undefined) return undefined
  const root = group.fates[rootIndex - group.firstFrame] as FrameFate
  const earlier = group.fates.slice(0, rootIndex - group.firstFrame).find(breaksReferences)
  return {
    kind: 'damage',
    asked,
    root,
    ...(earlier === undefined ? {} : { earlier }),
    packets: lostPackets(video, losses, rootIndex, causeOf),
    frames: group.fates.toSorted((a, b) => a.ptsTicks - b.ptsTicks),
    affected: affectedBy(root, group.fates.slice(rootIndex - group.firstFrame)),
    end: endOf(video, group.endFrame, root),
  }
}

/** From an IDR to before the next: nothing that is lost elsewhere matters here. */
class PictureGroup {
  readonly firstFrame: number
  readonly endFrame: number
  readonly fates: readonly FrameFate[] // in order of sending
  readonly #video: SentVideo
  readonly #predicted: readonly PredictedFrame[]
  readonly #firstPacket: number

  constructor(video: SentVideo, losses: Pick<VideoLosses, 'between'>, frameIndex: number) {
    const { firstFrame, endFrame } = video.pictureGroupOf(frameIndex)
    this.#video = video
    this.firstFrame = firstFrame
    this.endFrame = endFrame
    this.#firstPacket = video.firstPacketOf(firstFrame)
    const lost = losses.between(this.#firstPacket, video.firstPacketOf(endFrame))
    const frames = video.frames.slice(firstFrame, endFrame)
    const inGroup = new Set(lost.map((packet) => packet - this.#firstPacket))
    this.#predicted = predictDamage(frames, video.maxRtpBytes, inGroup, video.codec)
    const letters = lettersOf(frames)
    this.fates = this.#predicted.map(({ frame, state }, index) => ({
      frameNumber: frameNumberOf(frame, video),
      ptsTicks: frame.ptsTicks,
      letter: letters[index] as FrameLetter,
      isReference: frame.kind !== 'disposable',
      sizeBytes: frame.nalSizesBytes.reduce((sum, bytes) => sum + bytes, 0),
      slices: frame.nalSizesBytes.length - (frame.headerNals ?? 0),
      state,
      lostPackets: countWithin(lost, video, firstFrame + index),
    }))
  }

  /** The frame whose lost packet is to blame; itself where it lost only what does no harm. */
  rootOf(frameIndex: number): number | undefined {
    const cause = this.#predicted[frameIndex - this.firstFrame]?.cause
    if (cause !== undefined) return this.#video.placeOf(this.#firstPacket + cause)?.frameIndex
    return (this.fates[frameIndex - this.firstFrame]?.lostPackets ?? 0) > 0 ? frameIndex : undefined
  }
}

function breaksReferences({ state, isReference, lostPackets }: FrameFate): boolean {
  return state !== 'intact' && isReference && lostPackets > 0
}

/** After a broken reference nothing is whole again within the group; on a disposable frame none leans. */
function affectedBy(root: FrameFate, fromRoot: readonly FrameFate[]): readonly FrameFate[] {
  if (root.state === 'intact') return []
  return root.isReference ? fromRoot.filter(({ state }) => state !== 'intact') : [root]
}

function lostPackets(
  video: SentVideo,
  losses: Pick<VideoLosses, 'between'>,
  frameIndex: number,
  causeOf: CauseOf,
): readonly LostPacket[] {
  const first = video.firstPacketOf(frameIndex)
  const parts = video.partsOf(frameIndex)
  const frame = video.frames[frameIndex] as OutlineFrame
  return losses.between(first, first + parts.length).map((packet) => {
    const part = parts[packet - first] as RtpNalPart
    const sequenceNumber = video.sequenceNumberOf(packet)
    const sizeBytes = RTP_HEADER_BYTES + part.sizeBytes
    return { sequenceNumber, sizeBytes, cause: causeOf(sequenceNumber), nals: carriedNals(part, frame, video.codec) }
  })
}

function carriedNals(
  part: RtpNalPart,
  { nalSizesBytes, headerNals = 0 }: OutlineFrame,
  codec: VideoCodec,
): readonly CarriedNal[] {
  const { fragmentHeaderBytes } = nalPayloadFormats[codec]
  return nalsIn(part).map((nalIndex) => {
    const nalBytes = nalSizesBytes[nalIndex] as number
    const carriedBytes = part.kind === 'fragment' ? part.sizeBytes - fragmentHeaderBytes : nalBytes
    return { nalIndex, kind: nalIndex < headerNals ? 'header' : 'slice', nalBytes, carriedBytes }
  })
}

function endOf(video: SentVideo, nextIdr: number, root: FrameFate): DamageEnd {
  if (root.state === 'intact') return { by: 'harmless' }
  if (!root.isReference) return { by: 'frame' }
  const idr = video.frames[nextIdr]
  if (idr === undefined) return { by: 'video' }
  return { by: 'idr', frameNumber: frameNumberOf(idr, video), ptsTicks: idr.ptsTicks }
}

function lettersOf(frames: readonly OutlineFrame[]): readonly FrameLetter[] {
  let newestTicks = -Infinity // shown latest of those sent so far
  return frames.map(({ kind, ptsTicks }) => {
    const isShownEarlier = ptsTicks < newestTicks
    newestTicks = Math.max(newestTicks, ptsTicks)
    if (kind === 'idr') return 'I'
    return isShownEarlier ? 'B' : 'P'
  })
}

function frameNumberOf({ ptsTicks }: OutlineFrame, { framesPerSecond }: SentVideo): number {
  return Math.round((ptsTicks * framesPerSecond) / 90_000) // 90 kHz
}

function countWithin(lost: readonly number[], video: SentVideo, frameIndex: number): number {
  const first = video.firstPacketOf(frameIndex)
  const end = video.firstPacketOf(frameIndex + 1)
  return lost.filter((packet) => packet >= first && packet < end).length
}
