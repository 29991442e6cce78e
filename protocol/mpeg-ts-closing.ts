import { decodeTsPacket, TS_PACKET_BYTES } from './mpeg-ts-packet.ts'
import { findProgram } from './mpeg-ts-program.ts'

const EMPTY_PES = [0x00, 0x00, 0x01, 0xe0, 0, 0, 0x80, 0x00, 0] // ISO/IEC 13818-1 section 2.4.3.6: no times, no payload
const HEADER_BYTES = 4

/** A transport packet that goes behind the last one of a stream: an empty PES packet of its video begins in it. Pictures tell
 *  no length, so one is whole when the next begins; libavformat, in RTP, keeps the last one back for ever. undefined for a
 *  stream without video. */
export function closingPacket(bytes: Uint8Array): Uint8Array | undefined {
  const program = findProgram(bytes)
  const pid = program.ok ? program.value.videoPid : undefined
  if (pid === undefined) return undefined
  const counter = (lastCounter(bytes, pid) + 1) & 0x0f
  const packet = new Uint8Array(TS_PACKET_BYTES).fill(0xff)
  const fieldBytes = TS_PACKET_BYTES - HEADER_BYTES - 1 - EMPTY_PES.length
  packet.set([0x47, 0x40 | (pid >> 8), pid & 0xff, 0x30 | counter, fieldBytes, 0]) // 0: of the field all is stuffing
  packet.set(EMPTY_PES, TS_PACKET_BYTES - EMPTY_PES.length)
  return packet
}

function lastCounter(bytes: Uint8Array, pid: number): number {
  const lastAt = bytes.length - (bytes.length % TS_PACKET_BYTES) - TS_PACKET_BYTES
  for (let at = lastAt; at >= 0; at -= TS_PACKET_BYTES) {
    const packet = decodeTsPacket(bytes, at)
    if (packet.ok && packet.value.pid === pid) return packet.value.continuityCounter
  }
  return 0
}
