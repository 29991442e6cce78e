import type { VideoCodec } from '../protocol/nal-syntax.ts'
import { NalDepacketiser } from '../protocol/rtp-nal.ts'
import type { ReassembledUnit } from '../protocol/rtp-nal-unit.ts'
import { nalPayloadFormats } from '../protocol/rtp-video.ts'
import type { RtpPacket } from '../protocol/rtp.ts'
import { FrameIntegrity, type FrameVerdict } from '../stream/frame-integrity.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { mediaSeconds } from './track-receiver.ts'

/** A frame as it came, with its time in the video. */
export type JudgedFrame = FrameVerdict & { readonly ptsSeconds: number }

const CLOCK_RATE_HZ = 90_000

/** Packets in order in, judged frames out, in decode order. */
export class VideoTrack {
  readonly integrity: FrameIntegrity
  readonly #depacketiser: NalDepacketiser
  #nearSeconds: number

  constructor(codec: VideoCodec, startSeconds: number, parameterSets: readonly Uint8Array[]) {
    this.#nearSeconds = startSeconds
    this.integrity = new FrameIntegrity({ codec, parameterSets })
    this.#depacketiser = new NalDepacketiser(nalPayloadFormats[codec])
  }

  push(released: Released<RtpPacket>): JudgedFrame[] {
    if (released.kind === 'packet') return this.#judge(this.#depacketiser.push(released.packet, released.lostBefore))
    const { firstSequenceNumber, packets } = released
    this.integrity.lose({ firstSequenceNumber: firstSequenceNumber & 0xffff, packets })
    return []
  }

  /** All that was sent has come or is lost. */
  finish(): JudgedFrame[] {
    return [...this.#judge(this.#depacketiser.flush()), ...this.integrity.finish().map(this.#placed)]
  }

  #judge(units: readonly ReassembledUnit[]): JudgedFrame[] {
    return units.flatMap((unit) => this.integrity.push(unit)).map(this.#placed)
  }

  readonly #placed = (verdict: FrameVerdict): JudgedFrame => {
    this.#nearSeconds = mediaSeconds(verdict.timestampTicks, CLOCK_RATE_HZ, this.#nearSeconds)
    return { ...verdict, ptsSeconds: this.#nearSeconds }
  }
}
