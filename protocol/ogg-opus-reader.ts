import { concatBytes } from './bytes.ts'
import { badText, decoded, tooShort, unsupported, type Decoded } from './decoded.ts'

/** An Ogg file of Opus: RFC 7845 over RFC 3533. */
export type OggOpus = {
  readonly head: Uint8Array // OpusHead, RFC 7845 section 5.1
  readonly channelCount: number
  readonly preSkipSamples: number // of 48 kHz, decoded first and not heard
  readonly packets: readonly Uint8Array[] // each is what one RTP packet carries (RFC 7587)
}

const PAGE_HEADER_BYTES = 27
const SEGMENT_COUNT_AT = 26
const CONTINUES = 255 // of a lacing value: the packet goes on in the next segment
const OPUS_HEAD_BYTES = 19

/** Reads a whole file of one stream. Faults: too-short, bad-text (no Ogg page, no OpusHead), unsupported. Checksums are not
 *  looked at: the file is our own, on our own disk. */
export function readOggOpus(bytes: Uint8Array): Decoded<OggOpus> {
  const read = oggPackets(bytes)
  if (!read.ok) return read
  const [head, , ...packets] = read.value // the second is OpusTags
  if (head === undefined || asciiOf(head.subarray(0, 8)) !== 'OpusHead')
    return badText('OpusHead', asciiOf(bytes.subarray(28, 36)))
  if (head.length < OPUS_HEAD_BYTES) return tooShort(OPUS_HEAD_BYTES, head.length)
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  if (view.getUint8(8) >> 4 !== 0) return unsupported(`version ${view.getUint8(8)} of OpusHead`)
  return decoded({ head, channelCount: view.getUint8(9), preSkipSamples: view.getUint16(10, true), packets })
}

/** The packets of a stream, whatever pages they lie in; one that does not end is left out. */
function oggPackets(bytes: Uint8Array): Decoded<Uint8Array[]> {
  const packets: Uint8Array[] = []
  let parts: Uint8Array[] = []
  for (let page = 0; page < bytes.length;) {
    const segmentCount = bytes[page + SEGMENT_COUNT_AT]
    if (segmentCount === undefined) return tooShort(page + PAGE_HEADER_BYTES, bytes.length)
    const capture = asciiOf(bytes.subarray(page, page + 4))
    if (capture !== 'OggS') return badText('a page, OggS', capture)
    const lacing = bytes.subarray(page + PAGE_HEADER_BYTES, page + PAGE_HEADER_BYTES + segmentCount)
    let at = page + PAGE_HEADER_BYTES + segmentCount
    for (const sizeBytes of lacing) {
      if (at + sizeBytes > bytes.length) return tooShort(at + sizeBytes, bytes.length)
      parts.push(bytes.subarray(at, at + sizeBytes))
      at += sizeBytes
      if (sizeBytes === CONTINUES) continue
      packets.push(parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts))
      parts = []
    }
    page = at
  }
  return decoded(packets)
}

function asciiOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
