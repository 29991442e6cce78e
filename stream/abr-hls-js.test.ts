import { expect, test } from 'vitest'
import { exp } from '../link/exact-math.ts'
import { HlsJsAbr } from './abr-hls-js.ts'
import type { AbrView, LadderVariant, SegmentProgress } from './abr.ts'

const ladder: readonly LadderVariant[] = [1, 2, 4, 8].map((megabits) => ({
  name: `${megabits}M`,
  bandwidthBitsPerSecond: megabits * 1_000_000,
  averageBitsPerSecond: megabits * 900_000,
}))

function view(bufferSeconds: number, changes: Partial<AbrView> = {}): AbrView {
  return { bufferSeconds, segmentSeconds: 4, isLive: false, isPlaylistKnown: () => true, ...changes }
}

/** Has begun with a four-second segment of a variant, at so much throughput. */
function begun(variantIndex: number, bitsPerSecond: number, firstListed = 0): HlsJsAbr {
  const abr = new HlsJsAbr(ladder, { exp, firstListed })
  abr.choose(view(0))
  load(abr, variantIndex, bitsPerSecond)
  return abr
}

function load(abr: HlsJsAbr, variantIndex: number, bitsPerSecond: number): void {
  const sizeBytes = ((ladder[variantIndex]?.bandwidthBitsPerSecond ?? 0) * 4) / 8
  const receivedMs = 50 + (sizeBytes * 8 * 1000) / bitsPerSecond
  abr.received({ variantIndex, durationSeconds: 4, sizeBytes, askedMs: 0, firstByteMs: 50, receivedMs })
}

const chosen = (abr: HlsJsAbr, at: AbrView) => abr.choose(at).variantIndex

test('hls.js begins with the variant that is listed first, between 0.5 and 5 Mbit/s', () => {
  const first = (firstListed: number) =>
    chosen(new HlsJsAbr(ladder, { exp, firstListed }), view(0, { isPlaylistKnown: () => false }))
  expect([0, 1, 2, 3].map(first)).toEqual([0, 1, 2, 2])
})

test('hls.js chooses its first variant once, whatever the playlist tells', () => {
  const abr = new HlsJsAbr(ladder, { exp, firstListed: 2 })
  expect(chosen(abr, view(0, { isPlaylistKnown: () => false }))).toBe(2) // a second of it, as no playlist tells more
  expect(chosen(abr, view(0, { segmentSeconds: 10 }))).toBe(2)
})

test('hls.js stays within 95 % of the throughput, and goes up within 70 %', () => {
  expect(chosen(begun(2, 4_250_000), view(6))).toBe(2) // 4.04
  expect(chosen(begun(2, 4_150_000), view(6))).toBe(1) // 3.94
  expect(chosen(begun(1, 5_650_000), view(6))).toBe(1) // 3.96
  expect(chosen(begun(1, 5_750_000), view(6))).toBe(2) // 4.03
})

test('hls.js counts a variant’s average bitrate once two segments are buffered', () => {
  expect(chosen(begun(2, 3_900_000), view(7.9))).toBe(1)
  expect(chosen(begun(2, 3_900_000), view(8))).toBe(2) // 3.7 of 3.6
})

test('hls.js does not choose what comes after the buffer is empty, but for a stall of 4 s', () => {
  // 16 Mbit at 0.7 × 12 Mbit/s are 1.90 s, and 0.05 s for the first byte.
  expect([2, 1.9].map((seconds) => chosen(begun(0, 12_000_000), view(seconds)))).toEqual([2, 1])
  expect(chosen(begun(0, 12_000_000), view(0))).toBe(3) // 3.86 s
})

test('hls.js falls to the lower of its means at once, and rises as both have', () => {
  const abr = begun(2, 8_000_000)
  expect(chosen(abr, view(20))).toBe(2)
  load(abr, 2, 2_000_000) // 8 s of it
  expect(chosen(abr, view(20))).toBe(1) // fast: 2.93
  for (let segment = 0; segment < 2; segment += 1) load(abr, 1, 8_000_000)
  expect(chosen(abr, view(20))).toBe(1) // slow: 3.9
})

test('hls.js gives up a segment that comes too late, and goes to the lowest variant', () => {
  const progress: SegmentProgress = {
    variantIndex: 3,
    durationSeconds: 4,
    nowMs: 2100,
    askedMs: 0,
    firstByteMs: 100,
    receivedBytes: 250_000, // 1 Mbit/s
    totalBytes: 4_000_000,
  }
  expect(begun(3, 12_000_000).abandons(progress, view(31))).toBe(false) // 30 s more
  expect(begun(3, 12_000_000).abandons({ ...progress, nowMs: 1900 }, view(3))).toBe(false)
  const abr = begun(3, 12_000_000)
  expect(abr.abandons(progress, view(3))).toBe(true)
  expect(chosen(abr, view(3))).toBe(0)
})

test('hls.js gives up a segment for the next lower variant where that is in time', () => {
  const progress = { variantIndex: 3, durationSeconds: 4, askedMs: 0, firstByteMs: 0, totalBytes: 4_000_000 }
  const late = (receivedBytes: number, bufferSeconds: number) => {
    const abr = begun(3, 12_000_000)
    return [abr.abandons({ ...progress, receivedBytes, nowMs: 2100 }, view(bufferSeconds)), chosen(abr, view(20))]
  }
  // 4.5 Mbit/s: 5.01 s for the rest, 3.6 s for the next lower one.
  expect(late(1_181_250, 4.5)).toEqual([true, 2])
  expect(late(1_181_250, 5.1)).toEqual([false, 3])
})

test('hls.js goes to the lowest variant where the rest would take more than twice as long as the lower one', () => {
  const abr = begun(3, 12_000_000)
  const progress = { variantIndex: 3, durationSeconds: 4, askedMs: 0, firstByteMs: 0, totalBytes: 4_000_000 }
  // 3 Mbit/s: 8.6 s for the rest, 2.7 s for the second lower one.
  expect(abr.abandons({ ...progress, receivedBytes: 787_500, nowMs: 2100 }, view(4.5))).toBe(true)
  expect(chosen(abr, view(4.5))).toBe(0)
})

test('hls.js does not give up the second lowest variant', () => {
  const progress = { variantIndex: 1, durationSeconds: 4, nowMs: 4000, askedMs: 0, firstByteMs: 0 }
  expect(begun(1, 12_000_000).abandons({ ...progress, receivedBytes: 100, totalBytes: 1_000_000 }, view(0))).toBe(false)
})
