import { badLength, decoded, tooShort, unsupported, type Decoded } from './decoded.ts'
import { RTP_HEADER_BYTES } from './rtp.ts'

/** The numbers that a mask of 16 bits can name: what one packet of ours protects at most. */
export const MAX_PARITY_GROUP = 16

const FEC_HEADER_BYTES = 10
const PROTECTION_BYTES = 4 // length 16 bits, mask 16 bits
/** What a parity packet of ours is longer than the longest that it protects. */
export const FEC_HEADERS_BYTES = FEC_HEADER_BYTES + PROTECTION_BYTES
const LONG_PROTECTION_BYTES = 8 // length 16 bits, mask 48 bits
const LONG_MASK = 0x40 // the bit L of the first byte
const FIRST_PAYLOAD_BYTES = 1500

/** What a parity packet says, RFC 5109 sections 7.3 and 7.4: the exclusive or of the packets that it protects, of their
 *  headers' fields and of all that follows the 12 bytes of a header. Of its levels the first, which covers all that a
 *  sender of one level protects. */
export type Parity = {
  readonly sequenceNumbers: readonly number[] // of the protected packets, 16 bits, in order
  readonly flags: number // P, X, CC: 6 bits
  readonly markerAndType: number // M, PT
  readonly timestampTicks: number
  readonly lengthBytes: number // of what follows the headers
  readonly payload: Uint8Array
}

/** Makes the payload of a parity packet out of packets that follow each other. */
export class ParityGroup {
  #payload = new Uint8Array(FIRST_PAYLOAD_BYTES)
  #payloadBytes = 0
  #firstSequenceNumber = 0
  #flags = 0
  #markerAndType = 0
  #timestampTicks = 0
  #lengthBytes = 0
  packets = 0

  /** A whole packet; it may be changed afterwards. Throws RangeError for more than 16. */
  add(packet: Uint8Array): void {
    if (this.packets === MAX_PARITY_GROUP) throw new RangeError(`a parity packet protects ${MAX_PARITY_GROUP} at most`)
    if (this.packets === 0) this.#firstSequenceNumber = uint16(packet, 2)
    this.packets += 1
    this.#flags ^= (packet[0] as number) & 0x3f
    this.#markerAndType ^= packet[1] as number
    this.#timestampTicks ^= uint32(packet, 4)
    const sizeBytes = packet.length - RTP_HEADER_BYTES
    this.#lengthBytes ^= sizeBytes
    this.#makeRoom(sizeBytes)
    const payload = this.#payload
    for (let at = 0; at < sizeBytes; at += 1)
      payload[at] = (payload[at] as number) ^ (packet[at + RTP_HEADER_BYTES] as number)
  }

  /** The payload; the next group begins. */
  take(): Uint8Array {
    const headBytes = FEC_HEADERS_BYTES
    const taken = new Uint8Array(headBytes + this.#payloadBytes)
    const view = new DataView(taken.buffer)
    view.setUint8(0, this.#flags) // E = 0, L = 0
    view.setUint8(1, this.#markerAndType)
    view.setUint16(2, this.#firstSequenceNumber)
    view.setUint32(4, this.#timestampTicks)
    view.setUint16(8, this.#lengthBytes)
    view.setUint16(10, this.#payloadBytes)
    view.setUint16(12, 0xffff << (16 - this.packets)) // the first is the highest bit
    taken.set(this.#payload.subarray(0, this.#payloadBytes), headBytes)
    this.#begin()
    return taken
  }

  #begin(): void {
    this.#payload.fill(0, 0, this.#payloadBytes)
    this.#payloadBytes = 0
    this.packets = 0
    this.#flags = 0
    this.#markerAndType = 0
    this.#timestampTicks = 0
    this.#lengthBytes = 0
  }

  #makeRoom(sizeBytes: number): void {
    if (sizeBytes > this.#payload.length) {
      const roomier = new Uint8Array(2 * sizeBytes)
      roomier.set(this.#payload)
      this.#payload = roomier
    }
    this.#payloadBytes = Math.max(this.#payloadBytes, sizeBytes)
  }
}

/** Reads the payload of a parity packet. Faults: too-short, bad-length (less is there than it says), unsupported (the
 *  extension bit, or nothing is protected). */
export function decodeParity(payload: Uint8Array): Decoded<Parity> {
  if (payload.length < FEC_HEADER_BYTES) return tooShort(FEC_HEADER_BYTES, payload.length)
  const flags = payload[0] as number // E, L, P, X, CC
  if ((flags & 0x80) !== 0) return unsupported('an extension of the FEC header')
  const headBytes = FEC_HEADER_BYTES + ((flags & LONG_MASK) === 0 ? PROTECTION_BYTES : LONG_PROTECTION_BYTES)
  if (payload.length < headBytes) return tooShort(headBytes, payload.length)
  const protectedBytes = uint16(payload, 10)
  if (headBytes + protectedBytes > payload.length) return badLength(headBytes + protectedBytes, payload.length)
  const sequenceNumbers = maskedNumbers(uint16(payload, 2), payload.subarray(FEC_HEADER_BYTES + 2, headBytes))
  if (sequenceNumbers.length === 0) return unsupported('a parity packet that protects nothing')
  return decoded({
    sequenceNumbers,
    flags: flags & 0x3f,
    markerAndType: payload[1] as number,
    timestampTicks: uint32(payload, 4),
    lengthBytes: uint16(payload, 8),
    payload: payload.subarray(headBytes, headBytes + protectedBytes),
  })
}

/** The one packet that is missing of those protected, out of all the `others`, RFC 5109 section 9.2: as it was sent, for
 *  version and SSRC are all packets' own. undefined when it cannot be right: it would be longer than what is protected. */
export function recoverPacket(
  parity: Parity,
  { sequenceNumber, ssrc }: { readonly sequenceNumber: number; readonly ssrc: number },
  others: readonly Uint8Array[],
): Uint8Array | undefined {
  let { flags, markerAndType, timestampTicks, lengthBytes } = parity
  for (const other of others) {
    flags ^= (other[0] as number) & 0x3f
    markerAndType ^= other[1] as number
    timestampTicks ^= uint32(other, 4)
    lengthBytes ^= other.length - RTP_HEADER_BYTES
  }
  if (lengthBytes < 0 || lengthBytes > parity.payload.length) return undefined
  const packet = new Uint8Array(RTP_HEADER_BYTES + lengthBytes)
  const view = new DataView(packet.buffer)
  view.setUint8(0, 0x80 | flags) // V = 2
  view.setUint8(1, markerAndType)
  view.setUint16(2, sequenceNumber)
  view.setUint32(4, timestampTicks)
  view.setUint32(8, ssrc)
  packet.set(parity.payload.subarray(0, lengthBytes), RTP_HEADER_BYTES)
  for (const other of others) {
    const end = Math.min(packet.length, other.length)
    for (let at = RTP_HEADER_BYTES; at < end; at += 1) packet[at] = (packet[at] as number) ^ (other[at] as number)
  }
  return packet
}

/** The highest bit of the mask is the base. */
function maskedNumbers(base: number, mask: Uint8Array): number[] {
  const numbers: number[] = []
  for (let offset = 0; offset < mask.length * 8; offset += 1) {
    const isSet = ((mask[offset >> 3] as number) & (0x80 >> (offset & 7))) !== 0
    if (isSet) numbers.push((base + offset) & 0xffff)
  }
  return numbers
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((uint16(bytes, at) << 16) | uint16(bytes, at + 2)) >>> 0
}
