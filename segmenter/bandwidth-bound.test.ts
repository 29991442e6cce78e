import { expect, test } from 'vitest'
import { bandwidthBound } from './bandwidth-bound.ts'

const coded = { maxRateBitsPerSecond: 2_800_000, frameRate: { numerator: 30, denominator: 1 } }

test('bandwidthBound holds a full buffer, sound and transport stream', () => {
  // (2.8 Mbit/s × 1.5 + 128 kbit/s × 1.15) × 188/184, then 30 × 1,688 bits of frames' ends and 33,088 bits of tables
  expect(bandwidthBound({ ...coded, withAudio: true })).toBe(4_525_433)
})
test('bandwidthBound is lower without sound', () =>
  expect(bandwidthBound({ ...coded, withAudio: false })).toBe(4_375_033))
