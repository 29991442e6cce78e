import type { RtpPacket } from './rtp.ts'

/** An Opus packet and the RTP time of its first sample, 48 kHz. */
export type OpusUnit = { readonly timestampTicks: number; readonly data: Uint8Array }

/** Packets of one SSRC in order in, Opus packets out: each is the whole payload of one. RFC 7587 section 4.2. */
export class OpusDepacketiser {
  push({ timestampTicks, payload }: RtpPacket): OpusUnit[] {
    return payload.length === 0 ? [] : [{ timestampTicks, data: payload }]
  }
}
