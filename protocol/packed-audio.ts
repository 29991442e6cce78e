const OWNER = 'com.apple.streaming.transportStreamTimestamp'
const TIMESTAMP_BYTES = 8
const FRAME_HEADER_BYTES = 10
const TAG_HEADER_BYTES = 10

/** What stands before the ADTS frames of a segment of packed audio, RFC 8216 section 3.4: an ID3 tag of version 2.4 with
 *  one PRIV frame, whose last 33 bits are the time of the first sample, 90 kHz. Throws RangeError for a time that does
 *  not fit. */
export function packedAudioTag(firstTicks: number): Uint8Array {
  if (!Number.isInteger(firstTicks) || firstTicks < 0 || firstTicks >= 2 ** 33) {
    throw new RangeError(`expected a time of 33 bits, got ${firstTicks}`)
  }
  const ownerBytes = OWNER.length + 1 // and a zero
  const frameBytes = ownerBytes + TIMESTAMP_BYTES
  const tag = new Uint8Array(TAG_HEADER_BYTES + FRAME_HEADER_BYTES + frameBytes)
  const view = new DataView(tag.buffer)
  writeLatin1(tag, 0, 'ID3')
  tag[3] = 4 // version 2.4.0, no flags
  view.setUint32(6, synchsafe(FRAME_HEADER_BYTES + frameBytes))
  writeLatin1(tag, 10, 'PRIV')
  view.setUint32(14, synchsafe(frameBytes))
  writeLatin1(tag, 20, OWNER)
  view.setUint32(20 + ownerBytes, Math.floor(firstTicks / 2 ** 32))
  view.setUint32(24 + ownerBytes, firstTicks % 2 ** 32)
  return tag
}

/** ID3 writes sizes with 7 bits a byte. */
function synchsafe(size: number): number {
  return (size & 0x7f) | ((size & 0x3f80) << 1)
}

function writeLatin1(bytes: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
}
