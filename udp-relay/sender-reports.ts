import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { encodeRtcp } from '../protocol/rtcp.ts'
import type { RtpSender } from './rtp-sender.ts'

/** One name for all tracks of a viewer, so that a player knows them for one source; 96 random bits (RFC 7022 section 4.2). */
export function newCname(random: () => number): string {
  const word = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return word() + word() + word()
}

/** Sender report with source description, RFC 3550 section 6.4.1: `timestampTicks` is the RTP time of `unixMs`. */
export function senderReportDatagram(
  { ssrc, sentPackets, sentPayloadBytes }: RtpSender,
  { unixMs, timestampTicks, cname }: { unixMs: number; timestampTicks: number; cname: string },
): Uint8Array {
  return encodeRtcp([
    {
      kind: 'sender-report',
      ssrc,
      ntpTime: ntpTimeOf(unixMs),
      timestampTicks,
      sentPackets,
      sentPayloadBytes,
      reports: [],
    },
    { kind: 'source-description', sources: [{ ssrc, cname }] },
  ])
}

/** The end of a track, RFC 3550 section 6.6; a compound datagram begins with a report, be it an empty one. */
export function byeDatagram({ ssrc }: RtpSender, cname: string): Uint8Array {
  return encodeRtcp([
    { kind: 'receiver-report', ssrc, reports: [] },
    { kind: 'source-description', sources: [{ ssrc, cname }] },
    { kind: 'bye', ssrcs: [ssrc] },
  ])
}
