import { ntpTimeOf, type NtpTime } from './ntp-time.ts'
import type { ReportBlock } from './rtcp.ts'

/** The round trip between the sender of reports and their receiver, RFC 3550 section 6.4.1, figure 2: arrival of the block
 *  less the sender report it tells of less the time for which the receiver held that. undefined before there was one. */
export function roundTripMs(
  { lastSr, delaySinceLastSr }: Pick<ReportBlock, 'lastSr' | 'delaySinceLastSr'>,
  arrivalUnixMs: number,
): number | undefined {
  if (lastSr === 0) return undefined
  const units = (middle32(ntpTimeOf(arrivalUnixMs)) - lastSr - delaySinceLastSr) | 0 // modulo 2^32; 1/65536 s
  return Math.max(0, (units * 1000) / 65_536)
}

/** The middle 32 bits: 16 of seconds, 16 of fraction; what a receiver echoes as the last SR. */
export function middle32({ seconds, fraction }: NtpTime): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0
}
