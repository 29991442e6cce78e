export type UdpEnd = { readonly address: readonly [number, number, number, number]; readonly port: number }

export type UdpDatagram = {
  readonly source: UdpEnd
  readonly destination: UdpEnd
  readonly identification: number // 16 bits
  readonly payload: Uint8Array
}

const IPV4_BYTES = 20
const UDP_BYTES = 8
const UDP_PROTOCOL = 17
const DONT_FRAGMENT = 0x4000
const TIME_TO_LIVE = 64

/** The headers of IPv4 (RFC 791 section 3.1, without options) and UDP (RFC 768) that a payload would have, 28 bytes, with
 *  both checksums. */
export function encodeUdpIpv4Headers({ source, destination, identification, payload }: UdpDatagram): Uint8Array {
  const bytes = new Uint8Array(IPV4_BYTES + UDP_BYTES)
  const view = new DataView(bytes.buffer)
  const udpBytes = UDP_BYTES + payload.length
  bytes[0] = 0x45 // version 4, 5 words
  view.setUint16(2, IPV4_BYTES + udpBytes)
  view.setUint16(4, identification)
  view.setUint16(6, DONT_FRAGMENT)
  bytes[8] = TIME_TO_LIVE
  bytes[9] = UDP_PROTOCOL
  bytes.set(source.address, 12)
  bytes.set(destination.address, 16)
  view.setUint16(10, checksumOf(sumOf(bytes.subarray(0, IPV4_BYTES))))

  view.setUint16(20, source.port)
  view.setUint16(22, destination.port)
  view.setUint16(24, udpBytes)
  const pseudoHeader = sumOf(bytes.subarray(12, IPV4_BYTES)) + UDP_PROTOCOL + udpBytes
  const sum = pseudoHeader + sumOf(bytes.subarray(IPV4_BYTES)) + sumOf(payload)
  view.setUint16(26, checksumOf(sum) || 0xffff) // 0 means none
  return bytes
}

/** Of words of 16 bits; an odd last byte is a word's upper half. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  return sum
}

/** The ones' complement of a ones' complement sum, RFC 1071. */
function checksumOf(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000)
  return ~folded & 0xffff
}
