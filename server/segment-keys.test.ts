import { createDecipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { encryptedBytes, encryptSegment, KEY_BYTES, SegmentKeys } from './segment-keys.ts'

const keys = new SegmentKeys('a secret of the tests', 3)
const at = (sequence: number, ending = 'ts') => ({ ending, sequence })
const hex = (bytes: Buffer): string => bytes.toString('hex')

test('SegmentKeys has a key of 16 bytes for each so many segments of a rendition, the same after a restart', () => {
  const sequences = [0, 1, 2, 3, 4, 5, 6]
  const made = sequences.map((sequence) => hex(keys.of('v7', '720p', at(sequence)).key))
  expect(made.map((key) => made.indexOf(key))).toEqual([0, 0, 0, 3, 3, 3, 6])
  expect(new Set(made.map(({ length }) => length / 2))).toEqual(new Set([KEY_BYTES]))
  const again = new SegmentKeys('a secret of the tests', 3)
  expect(sequences.map((sequence) => hex(again.of('v7', '720p', at(sequence)).key))).toEqual(made)
  expect(hex(keys.key('v7', '720p', 'ts-1.key'))).toBe(made[3])
})

test('SegmentKeys gives no two segments both key and IV in common', () => {
  const places = ['v7', 'v8'].flatMap((video) =>
    ['720p', '360p'].flatMap((rendition) =>
      ['ts', 'm4s', 'aac'].flatMap((ending) =>
        [0, 1, 3].map((sequence) => keys.of(video, rendition, at(sequence, ending))),
      ),
    ),
  )
  expect(new Set(places.map(({ key, iv }) => hex(key) + hex(iv))).size).toBe(36)
  expect(new SegmentKeys('another secret of tests', 3).of('v7', '720p', at(0)).key).not.toEqual(places[0]?.key)
})

test('the IV is the media sequence number, big-endian', () => {
  expect(hex(keys.of('v7', '720p', at(0x1_2345_6789)).iv)).toBe('00000000000000000000000123456789')
})

test('the tag of what is encrypted changes with the secret and with how often keys change', () => {
  const tags = [keys, new SegmentKeys('a secret of the tests', 4), new SegmentKeys('another secret of tests', 3)].map(
    ({ tag }) => tag,
  )
  expect(new Set(tags).size).toBe(3)
  expect(tags.every((tag) => /^[0-9a-f]{8}$/.test(tag))).toBe(true)
})

test('encryptSegment is AES-128-CBC with PKCS7 padding, as long as encryptedBytes says', () => {
  const segmentKey = keys.of('v7', '720p', at(7))
  for (const size of [0, 1, 15, 16, 17, 188 * 16, 1000]) {
    const clear = Buffer.alloc(size, 'x')
    const encrypted = encryptSegment(clear, segmentKey)
    expect(encrypted.length).toBe(encryptedBytes(size))
    const decipher = createDecipheriv('aes-128-cbc', segmentKey.key, segmentKey.iv)
    expect(Buffer.concat([decipher.update(encrypted), decipher.final()]).equals(clear)).toBe(true)
  }
})
