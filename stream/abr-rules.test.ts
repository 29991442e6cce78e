import { expect, test } from 'vitest'
import { exp, ln } from '../link/exact-math.ts'
import { newAbr, type AbrOptions } from './abr-rules.ts'
import type { Abr, AbrRule, AbrView, LadderVariant } from './abr.ts'

const ladder: readonly LadderVariant[] = [1, 2, 4].map((megabits) => ({
  name: `${megabits}M`,
  bandwidthBitsPerSecond: megabits * 1_000_000,
}))
const maths = { ln, exp }

function newRule(rule: AbrRule, options: Partial<AbrOptions> = {}): Abr {
  return newAbr(rule, ladder, { maths, ...options })
}

function view(bufferSeconds: number, changes: Partial<AbrView> = {}): AbrView {
  return { bufferSeconds, segmentSeconds: 4, isLive: false, isPlaylistKnown: () => true, ...changes }
}

/** A four-second segment at so much throughput, its first byte after `waitMs`. */
function load(abr: Abr, variantIndex: number, bitsPerSecond: number, waitMs = 0): void {
  const sizeBytes = ((ladder[variantIndex]?.bandwidthBitsPerSecond ?? 0) * 4) / 8
  const receivedMs = waitMs + (sizeBytes * 8 * 1000) / bitsPerSecond
  abr.received({ variantIndex, durationSeconds: 4, sizeBytes, askedMs: 0, firstByteMs: waitMs, receivedMs })
}

const chosen = (abr: Abr, at: AbrView) => abr.choose(at).variantIndex

test('fixed chooses the highest variant, or the one that is told', () => {
  expect(chosen(newRule('fixed'), view(0))).toBe(2)
  expect(chosen(newRule('fixed', { fixedIndex: 1 }), view(0))).toBe(1)
})

test('a ladder of no variants is refused', () => {
  expect(() => newAbr('fixed', [], { maths })).toThrow(new RangeError('a ladder of no variants'))
})

test('throughput begins with the lowest variant and takes what nine tenths of the throughput carry', () => {
  const abr = newRule('throughput')
  expect(chosen(abr, view(0))).toBe(0)
  load(abr, 0, 2_230_000) // 0.9 of it: 2.007 Mbit/s
  expect(chosen(abr, view(4))).toBe(1)
  const slower = newRule('throughput')
  load(slower, 0, 2_220_000) // 1.998 Mbit/s
  expect(chosen(slower, view(4))).toBe(0)
})

test('throughput counts the wait for the first byte', () => {
  const abr = newRule('throughput')
  load(abr, 0, 2_230_000, 100) // 0.1 s + 4 × 2 / 2.007 s is more than 4 s
  expect(chosen(abr, view(4))).toBe(0)
})

test('throughput takes the harmonic mean of the last three downloads', () => {
  const abr = newRule('throughput')
  for (const megabits of [1, 12, 3, 6]) load(abr, 0, megabits * 1_000_000)
  expect(chosen(abr, view(4))).toBe(2) // 3 / (1/12 + 1/3 + 1/6) = 5.14, 4.63 of it
  load(abr, 0, 3_000_000) // 3 / (1/3 + 1/6 + 1/3) = 3.6
  expect(chosen(abr, view(4))).toBe(1)
})

test('throughput gives up a segment that takes 1.8 times as long as it lasts, for a lower one that is smaller than the rest', () => {
  const late = (receivedBytes: number, nowMs = 1000) => {
    const abr = newRule('throughput')
    const progress = { variantIndex: 2, durationSeconds: 4, askedMs: 0, firstByteMs: 100, totalBytes: 2_000_000 }
    const isGivenUp = abr.abandons?.({ ...progress, receivedBytes, nowMs }, view(4))
    return [isGivenUp, chosen(abr, view(4))]
  }
  // 16 Mbit within 7.2 s: 2.22 Mbit/s are 250,000 bytes in 0.9 s.
  expect(late(251_000)).toEqual([false, 0])
  expect(late(249_000)).toEqual([true, 0]) // 1.99 Mbit/s of use
  expect(late(100_000, 499)).toEqual([false, 0]) // too early to tell
  expect(late(1_900_000, 8000)).toEqual([false, 0]) // 1.92 Mbit/s, yet the rest is less than 500,000 bytes
})

test('BOLA changes where the scores of two neighbours are equal', () => {
  // V = (25 − 4) / (ln 4 + 5) = 3.28829; from 1 to 2 Mbit/s at V (5 − ln 2) = 14.1622 s buffered,
  // from 2 to 4 Mbit/s at V (5 + (4 ln 2 − 2 ln 4) / 2) = V × 5 = 16.4415 s.
  const abr = newRule('bola')
  expect([0, 14.162, 14.163, 16.441, 16.442, 25].map((seconds) => chosen(abr, view(seconds)))).toEqual([
    0, 0, 1, 1, 2, 2,
  ])
  expect(abr.choose(view(0)).maxBufferSeconds).toBe(21)
})

test('BOLA of another buffer has other thresholds', () => {
  const abr = newRule('bola', { maxBufferSeconds: 14.5 }) // V half as large
  expect([7.08, 7.082, 8.22, 8.222].map((seconds) => chosen(abr, view(seconds)))).toEqual([0, 1, 1, 2])
})
