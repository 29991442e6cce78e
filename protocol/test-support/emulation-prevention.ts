/** What an encoder does to a NAL unit, ISO/IEC 14496-10 section 7.4.1: 03 after two zeros wherever 00 to 03 would follow. */
export function withEmulationPrevention(nal: Uint8Array): Uint8Array {
  const escaped: number[] = []
  for (const byte of nal) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3)
    escaped.push(byte)
  }
  return Uint8Array.from(escaped)
}
