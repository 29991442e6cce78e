import type { VideoCodec } from '../protocol/nal-syntax.ts'
import type { OutlineFrame } from '../protocol/outline.ts'
import type { RtpNalPart } from '../protocol/rtp-nal.ts'
import { planRtpVideo } from '../protocol/rtp-video.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { slicesWithout } from '../stream/predict-damage.ts'
import { judgeFrame, type FrameState, type ReferenceChain } from '../stream/reference-chain.ts'

export type JudgedFrame = { readonly frame: OutlineFrame; readonly state: FrameState }

/** Video packets that came or were given up, in their order, become judged frames: the verdicts of FrameIntegrity
 *  without a byte, from the same sizes that the sender sends by. */
export class FrameArrivals {
  readonly #frames: readonly OutlineFrame[]
  readonly #maxPayloadBytes: number
  readonly #codec: VideoCodec
  readonly #judged: (frame: JudgedFrame) => void
  #chain: ReferenceChain<number> = { phase: 'waiting' }
  #next = 0 // the frame that is arriving
  #packetsOfFrame = 0 // of it, come or given up
  #lostOfFrame: number[] = []
  #parts: readonly RtpNalPart[] | undefined // of the frame, once it has lost a packet

  /** `frames` as they are sent, the first an IDR. */
  constructor(
    frames: readonly OutlineFrame[],
    maxRtpBytes: number,
    judged: (frame: JudgedFrame) => void,
    codec: VideoCodec = 'h264',
  ) {
    this.#codec = codec
    this.#frames = frames
    this.#maxPayloadBytes = maxRtpBytes - RTP_HEADER_BYTES
    this.#judged = judged
  }

  /** The next packet in order; the marker is on the last one of a frame. */
  push(marker: boolean): void {
    this.#packetsOfFrame += 1
    if (marker) this.#judge()
  }

  /** So many packets in order will not come. */
  lose(packets: number): void {
    for (let lost = 0; lost < packets; lost += 1) {
      this.#lostOfFrame.push(this.#packetsOfFrame)
      this.#packetsOfFrame += 1
      if (this.#packetsOfFrame >= this.#partsOfFrame().length) this.#judge()
    }
  }

  #judge(): void {
    const frame = this.#frames[this.#next]
    if (frame === undefined) throw new RangeError(`packets of a frame after the last, number ${this.#next}`)
    const slices = this.#lostOfFrame.length === 0 ? 'all' : this.#slicesLeft(frame)
    const { chain, state } = judgeFrame(this.#chain, frame.kind, slices)
    this.#chain = chain
    this.#next += 1
    this.#packetsOfFrame = 0
    if (this.#lostOfFrame.length > 0) this.#lostOfFrame = []
    this.#parts = undefined
    this.#judged({ frame, state })
  }

  #slicesLeft(frame: OutlineFrame) {
    return slicesWithout(this.#lostOfFrame, frame, this.#partsOfFrame()).slices
  }

  #partsOfFrame(): readonly RtpNalPart[] {
    this.#parts ??= planRtpVideo(
      this.#codec,
      this.#frames[this.#next]?.nalSizesBytes ?? [],
      this.#maxPayloadBytes,
    ).parts
    return this.#parts
  }
}
