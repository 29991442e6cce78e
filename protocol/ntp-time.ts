/** A moment as NTP writes it: seconds since 1900, modulo 2^32, and 32 bits of fraction. RFC 3550 section 4. */
export type NtpTime = { readonly seconds: number; readonly fraction: number }

const SECONDS_FROM_1900_TO_1970 = 2_208_988_800 // 70 years with 17 leap days, RFC 868

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
