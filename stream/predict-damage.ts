import type { VideoCodec } from '../protocol/nal-syntax.ts'
import type { OutlineFrame } from '../protocol/outline.ts'
import type { RtpNalPart } from '../protocol/rtp-nal.ts'
import { planRtpVideo } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { judgeFrame, type FrameState, type ReferenceChain, type WholeSlices } from './reference-chain.ts'

/** What the outline says a lost packet does; `cause` is the index of the packet to blame. */
export type PredictedFrame = { readonly frame: OutlineFrame; readonly state: FrameState; readonly cause?: number }

/** The verdict of FrameIntegrity without a byte: from the frames that were sent, the first being an IDR, and the lost
 *  video packets counted from the first packet of that frame (extended sequence number less the first one). */
export function predictDamage(
  frames: Iterable<OutlineFrame>,
  maxRtpBytes: number,
  lostPackets: ReadonlySet<number>,
  codec: VideoCodec = 'h264',
): PredictedFrame[] {
  let chain: ReferenceChain<number> = { phase: 'waiting' }
  let firstPacket = 0
  const predicted: PredictedFrame[] = []
  for (const frame of frames) {
    const { parts } = planRtpVideo(codec, frame.nalSizesBytes, maxRtpBytes - RTP_HEADER_BYTES)
    const lost = [...parts.keys()].filter((index) => lostPackets.has(firstPacket + index))
    const { slices, packet } = slicesWithout(lost, frame, parts)
    const cause = packet === undefined ? undefined : firstPacket + packet
    const judged = judgeFrame(chain, frame.kind, slices, cause)
    chain = judged.chain
    predicted.push({ frame, state: judged.state, ...(judged.cause === undefined ? {} : { cause: judged.cause }) })
    firstPacket += parts.length
  }
  return predicted
}

/** What is whole of a frame that lost some of its packets, and which of them is to blame: the last that held any slice. */
export function slicesWithout(
  lostPackets: readonly number[],
  frame: OutlineFrame,
  parts: readonly RtpNalPart[],
): { readonly slices: WholeSlices; readonly packet?: number } {
  const lostNals = new Set<number>() // slices only
  let packet: number | undefined
  for (const index of lostPackets) {
    const slices = nalsIn(parts[index] as RtpNalPart).filter((nalIndex) => nalIndex >= (frame.headerNals ?? 0))
    if (slices.length > 0) packet = index
    slices.forEach((nalIndex) => lostNals.add(nalIndex))
  }
  return { slices: wholeSlices(frame, lostNals.size), ...(packet === undefined ? {} : { packet }) }
}

function wholeSlices({ nalSizesBytes, headerNals = 0 }: OutlineFrame, lostSlices: number): WholeSlices {
  if (lostSlices === 0) return 'all'
  return lostSlices < nalSizesBytes.length - headerNals ? 'some' : 'none'
}

/** The NAL units of the frame that are in a packet, whole or in part. */
export function nalsIn(part: RtpNalPart): number[] {
  const nalCount = part.kind === 'aggregate' ? part.nalCount : 1
  return Array.from({ length: nalCount }, (_, index) => part.nalIndex + index)
}
