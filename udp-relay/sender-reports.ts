import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { encodeRtcp, type RtcpPacket } from '../protocol/rtcp.ts'
import type { RtpSender } from './rtp-sender.ts'

/** One name for all tracks of a viewer, so that a player knows them for one source; 96 random bits (RFC 7022 section 4.2). */
export function newCname(random: () => number): string {
  const word = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return word() + word() + word()
}

/** `timestampTicks` is the RTP time of `unixMs`. */
export type ReportedMoment = { readonly unixMs: number; readonly timestampTicks: number; readonly cname: string }

/** Sender report with source description, RFC 3550 section 6.4.1. */
export function senderReportDatagram(sender: RtpSender, moment: ReportedMoment): Uint8Array {
  return encodeRtcp(reportOf(sender, moment))
}

/** The end of a track, RFC 3550 section 6.6, behind a last report. */
export function byeDatagram(sender: RtpSender, moment: ReportedMoment): Uint8Array {
  return encodeRtcp([...reportOf(sender, moment), { kind: 'bye', ssrcs: [sender.ssrc] }])
}

function reportOf({ ssrc, sentPackets, sentPayloadBytes }: RtpSender, moment: ReportedMoment): RtcpPacket[] {
  const { unixMs, timestampTicks, cname } = moment
  const ntpTime = ntpTimeOf(unixMs)
  return [
    { kind: 'sender-report', ssrc, ntpTime, timestampTicks, sentPackets, sentPayloadBytes, reports: [] },
    { kind: 'source-description', sources: [{ ssrc, cname }] },
  ]
}
