import { h264PayloadFormat } from './rtp-h264-payload.ts'
import { NalDepacketiser, packetiseRtpNals, planRtpNals, type RtpNalPlan } from './rtp-nal.ts'

/** The payloads of one access unit in packetization-mode 1, RFC 6184: STAP-A, FU-A and single NAL units. See `planRtpNals`. */
export function planRtpH264(nalSizesBytes: readonly number[], maxPayloadBytes: number): RtpNalPlan {
  return planRtpNals(h264PayloadFormat, nalSizesBytes, maxPayloadBytes)
}

export function packetiseRtpH264(nals: readonly Uint8Array[], plan: RtpNalPlan): Uint8Array[] {
  return packetiseRtpNals(h264PayloadFormat, nals, plan)
}

export class H264Depacketiser extends NalDepacketiser {
  constructor(maxUnitBytes?: number) {
    super(h264PayloadFormat, maxUnitBytes)
  }
}
