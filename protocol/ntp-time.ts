/** A moment as NTP writes it: seconds since 1900, modulo 2^32, and 32 bits of fraction. RFC 3550 section 4. */
export type NtpTime = { readonly seconds: number; readonly fraction: number }

const SECONDS_FROM_1900_TO_1970 = 2_208_988_800 // 70 years with 17 leap days, RFC 868
const UNITS_PER_SECOND = 65_536 // of the short form

export function ntpTimeOf(unixMs: number): NtpTime {
  const wholeSeconds = Math.floor(unixMs / 1000)
  return {
    seconds: (wholeSeconds + SECONDS_FROM_1900_TO_1970) % 2 ** 32,
    fraction: Math.floor(((unixMs - wholeSeconds * 1000) * 2 ** 32) / 1000),
  }
}

/** Seconds begin again in 2036: values below 2^31 are of the time after, up to 2104 (RFC 4330 section 3). */
export function unixMsOf({ seconds, fraction }: NtpTime): number {
  const since1900 = seconds < 2 ** 31 ? seconds + 2 ** 32 : seconds
  return (since1900 - SECONDS_FROM_1900_TO_1970) * 1000 + (fraction * 1000) / 2 ** 32
}

/** The middle 32 bits, in 1/65536 s: how report blocks tell a time. */
export function shortNtpOf({ seconds, fraction }: NtpTime): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0
}

/** Round trip by a report block that came at `arrival`, by the clock that stamped the sender report: A - LSR - DLSR,
 *  RFC 3550 section 6.4.1. undefined before the other side had a sender report. Never below 0, for the two sides'
 *  clocks differ in rate. */
export function roundTripMs(
  { lastSr, delaySinceLastSr }: { readonly lastSr: number; readonly delaySinceLastSr: number },
  arrival: NtpTime,
): number | undefined {
  if (lastSr === 0) return undefined
  const units = (shortNtpOf(arrival) - lastSr - delaySinceLastSr) | 0 // modulo 2^32: the short form wraps after 18 h
  return (Math.max(0, units) * 1000) / UNITS_PER_SECOND
}
