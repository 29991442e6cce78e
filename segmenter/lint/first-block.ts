const PACKET_BYTES = 188
const LAST_TABLE_PID = 0x1f // ISO/IEC 13818-1 table 2-3; those of DVB stand there, too

/** Whether a transport stream begins with a table whose CRC_32 (ISO/IEC 13818-1 annex A) says that a bit of it is another.
 *  Of a wrong IV nothing else may show: it changes the first 16 bytes, and of two media sequence numbers the last of them. */
export function beginsWithBrokenTable(bytes: Uint8Array): boolean {
  const [sync, high = 0, low = 0, flags = 0, pointer = 0] = bytes
  const startsTable = (high & 0x40) !== 0 && (flags & 0x20) === 0 && (((high & 0x1f) << 8) | low) <= LAST_TABLE_PID
  if (sync !== 0x47 || !startsTable) return false
  const start = 5 + pointer
  const lengthBytes = (((bytes[start + 1] ?? 0) & 0x0f) << 8) | (bytes[start + 2] ?? 0)
  const end = start + 3 + lengthBytes
  return end <= Math.min(PACKET_BYTES, bytes.length) && crcOf(bytes.subarray(start, end)) !== 0
}

/** 0 of a table with its CRC. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1
  }
  return crc
}
