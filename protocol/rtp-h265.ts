import { h265PayloadFormat } from './rtp-h265-payload.ts'
import { NalDepacketiser, packetiseRtpNals, planRtpNals, type RtpNalPlan } from './rtp-nal.ts'

/** The payloads of one access unit, RFC 7798 sections 4.4.1 to 4.4.3: APs, FUs and single NAL units, in decode order
 *  without DONL (sprop-max-don-diff 0). See `planRtpNals`. */
export function planRtpH265(nalSizesBytes: readonly number[], maxPayloadBytes: number): RtpNalPlan {
  return planRtpNals(h265PayloadFormat, nalSizesBytes, maxPayloadBytes)
}

export function packetiseRtpH265(nals: readonly Uint8Array[], plan: RtpNalPlan): Uint8Array[] {
  return packetiseRtpNals(h265PayloadFormat, nals, plan)
}

export class H265Depacketiser extends NalDepacketiser {
  constructor(maxUnitBytes?: number) {
    super(h265PayloadFormat, maxUnitBytes)
  }
}
