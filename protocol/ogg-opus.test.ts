import { expect, test } from 'vitest'
import { OggOpusWriter } from './ogg-opus.ts'

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('OggOpusWriter writes a page for each packet, with the samples up to its end', () => {
  const writer = new OggOpusWriter(7)
  writer.head(2)
  writer.packet(Uint8Array.of(1, 2, 3), 960)
  const page = writer.packet(new Uint8Array(510).fill(9), 480)
  expect(hexOf(page.subarray(0, 6))).toBe('4f6767530000') // "OggS", version, no flag
  expect(hexOf(page.subarray(6, 14))).toBe('a005000000000000') // 1,440
  expect(hexOf(page.subarray(14, 22))).toBe('0700000003000000') // serial, page
  expect(hexOf(page.subarray(26, 30))).toBe('03ffff00') // three segments: 255 + 255 + 0
  expect(page.length).toBe(27 + 3 + 510)
})

test('OggOpusWriter begins with the identification of Opus and writes checksums', () => {
  const identification = new OggOpusWriter(0x1234).head(2).subarray(0, 47)
  expect(hexOf(identification.subarray(28))).toBe('4f7075734865616401023801' + '80bb0000000000')
  expect(checksumOf(identification)).toBe(bitwiseChecksum(identification))
})

test('OggOpusWriter refuses a packet that fills more than a page', () => {
  expect(() => new OggOpusWriter(0).packet(new Uint8Array(255 * 255), 960)).toThrow(RangeError)
})

function checksumOf(page: Uint8Array): number {
  return Buffer.from(page).readUInt32LE(22)
}

/** RFC 3533 section 6, bit by bit: polynomial 0x04c11db7 from 0, the field itself as zero. */
function bitwiseChecksum(page: Uint8Array): number {
  const zeroed = Uint8Array.from(page).fill(0, 22, 26)
  let sum = 0n
  for (const byte of zeroed) {
    sum ^= BigInt(byte) << 24n
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1n) ^ (sum & 0x8000_0000n ? 0x1_04c1_1db7n : 0n)) & 0xffff_ffffn
  }
  return Number(sum)
}
