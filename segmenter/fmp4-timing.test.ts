import { expect, test } from 'vitest'
import type { OutlineFrame } from '../protocol/outline.ts'
import { FrameClock, SampleClock, unheardUnits } from './fmp4-timing.ts'

const ORIGIN = 132_003

/** In decode order, as a stream with two B-frames between others has them; rounded as ffmpeg's are, now up, now down. */
function groupOf(places: readonly number[], ticksOf: (frame: number) => number, first: number): OutlineFrame[] {
  return places.map((place, index) => ({
    kind: 'reference',
    ptsTicks: Math.round(ticksOf(first + place)) + (index % 2),
    dtsTicks: Math.round(ticksOf(first + index - 1)) - (index % 2),
    nalSizesBytes: [1],
  }))
}

for (const [name, numerator, denominator] of [
  ['30000/1001', 30_000, 1001],
  ['60000/1001, whose frames last 1501.5 ticks', 60_000, 1001],
  ['12.5', 25, 2],
] as const) {
  test(`FrameClock puts frames of ${name} one right behind the other, over segments too`, () => {
    const clock = new FrameClock(ORIGIN, { numerator, denominator })
    const ticksOf = (frame: number): number => (frame * 90_000 * denominator) / numerator
    const order = [0, 3, 1, 2, 6, 4, 5]
    const segments = Array.from({ length: 40 }, (_, segment) => groupOf(order, ticksOf, segment * order.length))
    const times = segments.flatMap((frames) => clock.take(frames))
    for (const [index, { decodeTicks, durationTicks, compositionTicks }] of times.entries()) {
      const next = times[index + 1]
      if (next !== undefined) expect(decodeTicks + durationTicks).toBe(next.decodeTicks)
      const shown = Math.floor(index / order.length) * order.length + (order[index % order.length] as number)
      expect(decodeTicks + compositionTicks - clock.editTicks).toBe(ORIGIN + Math.round(ticksOf(shown)))
      expect(compositionTicks).toBeGreaterThanOrEqual(0)
    }
    expect(times[0]?.decodeTicks).toBe(ORIGIN)
    expect(clock.editTicks).toBe(Math.round(ticksOf(1)))
  })
}

test('SampleClock counts samples on, whatever 90 kHz makes of 44.1 kHz, and follows a gap', () => {
  const clock = new SampleClock(ORIGIN, 44_100, 1024)
  const first = clock.take(-2090, 172)
  expect(first).toBe(Math.round(((ORIGIN - 2090) * 44_100) / 90_000))
  expect(clock.take(357_355, 172)).toBe(first + 172 * 1024) // told a tick off
  expect(clock.take(800_000, 1)).toBe(Math.round(((ORIGIN + 800_000) * 44_100) / 90_000))
})

test('unheardUnits counts what ends before the first picture', () => {
  const sound = { codec: 'mp4a.40.2', sampleRateHz: 44_100, channelCount: 2, samplesPerFrame: 1024 }
  const told = { ...sound, audioSpecificConfigHex: '1210' }
  const from = (firstPtsTicks: number, units = 9) =>
    unheardUnits({ firstPtsTicks, sizesBytes: Array(units).fill(9) }, told)
  expect([from(-2090), from(-2089), from(-2000), from(0), from(9000)]).toEqual([1, 1, 0, 0, 0])
  expect([from(-4310), from(-90_000, 3)]).toEqual([2, 3]) // 2112 samples; all of a short one
})
