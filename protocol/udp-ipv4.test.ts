import { expect, test } from 'vitest'
import { encodeUdpIpv4Headers } from './udp-ipv4.ts'

const ends = {
  source: { address: [127, 0, 0, 1], port: 8000 },
  destination: { address: [127, 0, 0, 2], port: 40_002 },
} as const
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Sums to 0xffff with its checksum in it, RFC 1071. */
function ownSum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

test('encodeUdpIpv4Headers writes addresses, ports and lengths', () => {
  const headers = encodeUdpIpv4Headers({ ...ends, identification: 0x1234, payload: Uint8Array.of(1, 2, 3) })
  expect(hex(headers.subarray(0, 10))).toBe('4500001f12344000' + '4011')
  expect(hex(headers.subarray(12, 26))).toBe('7f000001' + '7f000002' + '1f40' + '9c42' + '000b')
})

test('encodeUdpIpv4Headers writes checksums by which a receiver finds nothing wrong, for odd lengths, too', () => {
  for (let length = 0; length < 300; length += 1) {
    const payload = Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 0xff)
    const headers = encodeUdpIpv4Headers({ ...ends, identification: length, payload })
    const pseudoHeader = Uint8Array.of(...headers.subarray(12, 20), 0, 17, ...headers.subarray(24, 26))
    expect(ownSum(headers.subarray(0, 20))).toBe(0xffff)
    expect(ownSum(Uint8Array.of(...pseudoHeader, ...headers.subarray(20), ...payload))).toBe(0xffff)
  }
})

test('encodeUdpIpv4Headers writes a checksum of 0 as all ones: 0 means none', () => {
  const checksumOf = (payload: Uint8Array) => encodeUdpIpv4Headers({ ...ends, identification: 0, payload }).subarray(26)
  const missing = checksumOf(Uint8Array.of(0, 0)) // a word that makes the sum 0xffff
  expect(hex(checksumOf(missing))).toBe('ffff')
})
