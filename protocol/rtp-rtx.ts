import { decoded, tooShort, type Decoded } from './decoded.ts'
import { RTP_HEADER_BYTES, type RtpPacket } from './rtp.ts'

const SEQUENCE_NUMBER_BYTES = 2 // OSN, the original's, before its payload

/** What of a retransmission is its own: RFC 4588 section 4. */
export type RtxHeader = {
  readonly payloadType: number // tied to the original's by `apt`, section 8.1
  readonly ssrc: number // another than the original's, where both share a session (section 5.3)
  readonly sequenceNumber: number // counts retransmissions
}

/** The retransmission of a packet that was sent as the 12 bytes of a header and a payload; timestamp and marker stay. */
export function encodeRtx(original: Uint8Array, { payloadType, ssrc, sequenceNumber }: RtxHeader): Uint8Array {
  const packet = new Uint8Array(original.length + SEQUENCE_NUMBER_BYTES)
  packet.set(original.subarray(0, RTP_HEADER_BYTES))
  packet.set(original.subarray(2, 4), RTP_HEADER_BYTES)
  packet.set(original.subarray(RTP_HEADER_BYTES), RTP_HEADER_BYTES + SEQUENCE_NUMBER_BYTES)
  const view = new DataView(packet.buffer)
  view.setUint8(1, ((original[1] as number) & 0x80) | payloadType)
  view.setUint16(2, sequenceNumber)
  view.setUint32(8, ssrc)
  return packet
}

/** The packet that was sent again, as it was; `original` is what its stream is known to have. The payload is a view.
 *  Fault: too-short, also for a retransmission that only probes the way and holds nothing. */
export function decodeRtx(
  packet: RtpPacket,
  { payloadType, ssrc }: Pick<RtpPacket, 'payloadType' | 'ssrc'>,
): Decoded<RtpPacket> {
  const { payload } = packet
  if (payload.length < SEQUENCE_NUMBER_BYTES) return tooShort(SEQUENCE_NUMBER_BYTES, payload.length)
  const sequenceNumber = ((payload[0] as number) << 8) | (payload[1] as number)
  return decoded({ ...packet, payloadType, ssrc, sequenceNumber, payload: payload.subarray(SEQUENCE_NUMBER_BYTES) })
}
