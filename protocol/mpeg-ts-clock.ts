/** PTS and DTS count 90 kHz in 33 bits, ISO/IEC 13818-1 section 2.4.3.7: they wrap every 26.5 hours. */
export const TICKS_PER_SECOND = 90_000
const WRAP_TICKS = 2 ** 33

/** How far `value` is after `reference`, both modulo 2^33: from -2^32 to 2^32 - 1, so up to 13.2 hours either way. */
export function ticksAfter(value: number, reference: number): number {
  const forward = wrapTicks(value - reference)
  return forward < WRAP_TICKS / 2 ? forward : forward - WRAP_TICKS
}

/** `ticks` as a stream would tell it: modulo 2^33, also of a negative number. */
export function wrapTicks(ticks: number): number {
  return ((ticks % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS
}
