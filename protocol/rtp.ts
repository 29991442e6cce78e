import { tooShort, type Decoded } from './decoded.ts'

/** What a sender says of a packet, RFC 3550 section 5.1. CSRCs and the header extension are not kept. */
export type RtpHeader = {
  readonly marker: boolean
  readonly payloadType: number // 7 bits
  readonly sequenceNumber: number // 16 bits, wraps
  readonly timestampTicks: number // 32 bits of the media clock, wraps
  readonly ssrc: number // 32 bits
}

/** One RTP packet, RFC 3550 section 5.1. */
export type RtpPacket = RtpHeader & { readonly payload: Uint8Array }

/** The fixed header, and all of it in a packet without CSRCs and extension. */
export const RTP_HEADER_BYTES = 12

/** Reads one datagram; the payload is a view into it, padding removed. Faults: too-short, bad-version, bad-padding. */
export function decodeRtp(datagram: Uint8Array): Decoded<RtpPacket> {
  const sizeBytes = datagram.length
  if (sizeBytes < RTP_HEADER_BYTES) return tooShort(RTP_HEADER_BYTES, sizeBytes)
  const view = new DataView(datagram.buffer, datagram.byteOffset, sizeBytes)
  const flags = view.getUint8(0) // V 2 bits, P, X, CC 4 bits
  const markerAndType = view.getUint8(1) // M, PT 7 bits
  if (flags >> 6 !== 2) return { ok: false, fault: { code: 'bad-version', version: flags >> 6 } }

  let payloadStart = RTP_HEADER_BYTES + 4 * (flags & 0x0f)
  if (flags & 0x10) {
    if (sizeBytes < payloadStart + 4) return tooShort(payloadStart + 4, sizeBytes)
    payloadStart += 4 + 4 * view.getUint16(payloadStart + 2)
  }
  if (sizeBytes < payloadStart) return tooShort(payloadStart, sizeBytes)

  const hasPadding = (flags & 0x20) !== 0
  const paddingBytes = hasPadding ? view.getUint8(sizeBytes - 1) : 0
  if (sizeBytes - paddingBytes < payloadStart || (hasPadding && paddingBytes === 0)) {
    return { ok: false, fault: { code: 'bad-padding', paddingBytes } }
  }
  const packet = {
    marker: (markerAndType & 0x80) !== 0,
    payloadType: markerAndType & 0x7f,
    sequenceNumber: view.getUint16(2),
    timestampTicks: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: datagram.subarray(payloadStart, sizeBytes - paddingBytes),
  }
  return { ok: true, value: packet }
}

/** Writes a packet without CSRCs, extension and padding. */
export function encodeRtp(packet: RtpPacket): Uint8Array {
  const datagram = new Uint8Array(RTP_HEADER_BYTES + packet.payload.length)
  datagram.set(packet.payload, writeRtpHeader(datagram, 0, packet))
  return datagram
}

/** Writes the 12 bytes of a header at `at` and gives their number. Byte by byte: a DataView each would cost more
 *  than the packet. Numbers wrap to their fields, so a caller may simply count on. */
export function writeRtpHeader(into: Uint8Array, at: number, header: RtpHeader): number {
  const { sequenceNumber, timestampTicks, ssrc } = header
  into[at] = 0x80 // V = 2, P = 0, X = 0, CC = 0
  into[at + 1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f)
  into[at + 2] = sequenceNumber >>> 8
  into[at + 3] = sequenceNumber
  into[at + 4] = timestampTicks >>> 24
  into[at + 5] = timestampTicks >>> 16
  into[at + 6] = timestampTicks >>> 8
  into[at + 7] = timestampTicks
  into[at + 8] = ssrc >>> 24
  into[at + 9] = ssrc >>> 16
  into[at + 10] = ssrc >>> 8
  into[at + 11] = ssrc
  return RTP_HEADER_BYTES
}

/** Packets from `earlier` to `later` by the shorter way round 2^16: -32768 to 32767, negative when `later` is older. */
export function sequenceDistance(earlier: number, later: number): number {
  return ((later - earlier) << 16) >> 16
}

/** Ticks from `earlier` to `later` by the shorter way round 2^32: negative when `later` is older. */
export function timestampDistanceTicks(earlierTicks: number, laterTicks: number): number {
  return (laterTicks - earlierTicks) | 0
}

/** The extended sequence number (cycles above, 16 bits below, RFC 3550 appendix A.1) that is nearest to `reference`,
 *  another extended one. Negative for a packet older than the first of a stream that began just after a wrap. */
export function extendSequenceNumber(sequenceNumber: number, reference: number): number {
  return reference + sequenceDistance(reference, sequenceNumber)
}
