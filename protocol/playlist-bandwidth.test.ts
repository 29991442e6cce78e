import { expect, test } from 'vitest'
import { averageBandwidth, peakBandwidth } from './playlist-bandwidth.ts'

const segments = (...list: [sizeBytes: number, durationSeconds: number][]) =>
  list.map(([sizeBytes, durationSeconds]) => ({ sizeBytes, durationSeconds }))

for (const [name, list, peak] of [
  ['the heaviest of equal segments', segments([1000, 4], [3000, 4], [2000, 4]), 6000],
  ['no last segment of a moment alone, but with its neighbour', segments([1000, 4], [1000, 0.03]), 3971],
  ['a last segment of exactly half a target duration', segments([1000, 4], [1000, 2]), 4000],
  ['two short neighbours that together last half a target duration', segments([1000, 1], [2000, 1], [1000, 4]), 12_000],
  ['no run beyond 1.5 target durations', segments([9000, 1.9], [100, 4.2], [100, 4.2]), 191],
  ['a run of exactly 1.5 target durations', segments([9000, 1.5], [100, 4.5], [100, 4.5]), 12_134],
  ['all of a playlist that is shorter than half a target duration', segments([1000, 0.5], [500, 0.5]), 12_000],
] as const) {
  test(`peakBandwidth counts ${name}`, () => expect(peakBandwidth(list, 4)).toBe(peak))
}

test('averageBandwidth divides all bits by all seconds and rounds up', () => {
  expect(averageBandwidth(segments([1000, 4], [3000, 3]))).toBe(4572) // 32,000 bits in 7 s
})

test('averageBandwidth and peakBandwidth refuse no media at all', () => {
  expect(() => averageBandwidth([])).toThrow(new RangeError('no bandwidth of 0 segments of 0 s'))
  expect(() => peakBandwidth([], 4)).toThrow(RangeError)
})
