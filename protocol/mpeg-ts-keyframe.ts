import { decodeTsPacket, TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { PAT_PID, PMT_TABLE_ID } from './mpeg-ts-program.ts'

/** Bytes of a transport stream. */
export type ByteRange = { readonly offsetBytes: number; readonly sizeBytes: number }

/** The part of a segment that shows the picture whose PES packet begins at `atByte`: from the tables in front of it to its
 *  last packet, so that a decoder given this alone can begin. Sound that lies between its packets is in it. Undefined
 *  where PAT and PMT do not come right before, as ffmpeg's muxer writes them ahead of a keyframe that follows other
 *  pictures. RFC 8216 section 4.3.3.6. */
export function keyframeRange(bytes: Uint8Array, atByte: number): ByteRange | undefined {
  const first = decodeTsPacket(bytes, atByte)
  const offsetBytes = atByte - 2 * TS_PACKET_BYTES
  if (!first.ok || !areTables(bytes, offsetBytes)) return undefined
  let end = atByte + TS_PACKET_BYTES
  for (let at = end; at + TS_PACKET_BYTES <= bytes.length; at += TS_PACKET_BYTES) {
    const packet = decodeTsPacket(bytes, at)
    if (!packet.ok || packet.value.pid !== first.value.pid) continue
    if (packet.value.unitStart) break
    if (packet.value.payloadStart < packet.value.payloadEnd) end = at + TS_PACKET_BYTES
  }
  return { offsetBytes, sizeBytes: end - offsetBytes }
}

/** A PAT, and a PMT right behind it. */
function areTables(bytes: Uint8Array, atByte: number): boolean {
  if (atByte < 0) return false
  const pat = decodeTsPacket(bytes, atByte)
  const pmt = decodeTsPacket(bytes, atByte + TS_PACKET_BYTES)
  if (!pat.ok || !pmt.ok || pat.value.pid !== PAT_PID || !pmt.value.unitStart) return false
  const { payloadStart } = pmt.value
  return bytes[payloadStart + 1 + (bytes[payloadStart] as number)] === PMT_TABLE_ID // behind the pointer field
}
