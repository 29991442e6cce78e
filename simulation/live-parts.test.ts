import { expect, test } from 'vitest'
import { LiveChannel } from './live-channel.ts'
import { livePartsOf } from './live-parts.ts'
import { testOutline } from './test-support/test-outline.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 1_000_000 }) // a keyframe every 2 s, 4 s a segment

test('livePartsOf cuts a segment into parts, with every picture and every byte in one of them', () => {
  const parts = livePartsOf(outline, 300)
  const ofFirst = parts.filter(({ segmentIndex }) => segmentIndex === 0)
  expect(ofFirst).toHaveLength(14)
  expect(ofFirst.at(-1)?.durationSeconds).toBeCloseTo(0.1, 9)
  expect(ofFirst.at(-1)?.endsSegment).toBe(true)
  const bytes = ofFirst.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  expect(Math.abs(bytes - (outline.segments[0]?.sizeBytes ?? 0))).toBeLessThan(14)
  const ticks = parts.flatMap(({ frames }) => frames.map(({ ptsTicks }) => ptsTicks)).toSorted((a, b) => a - b)
  expect(ticks).toEqual(Array.from({ length: 240 }, (_, index) => index * 3000))
})

test('livePartsOf publishes a part when its last picture has been encoded', () => {
  expect(
    livePartsOf(outline, 200)
      .slice(0, 3)
      .map(({ publishedMs }) => publishedMs),
  ).toEqual([200, 400, 600])
  const independent = livePartsOf(outline, 200).flatMap(({ isIndependent, startSeconds }) =>
    isIndependent ? [startSeconds] : [],
  )
  expect(independent).toEqual([0, 2, 4, 6])
})

test('LiveChannel lets a viewer join at the newest keyframe three parts behind the edge', () => {
  const channel = new LiveChannel(outline, 200)
  expect([channel.publishedAt(199), channel.publishedAt(200), channel.publishedAt(1e6)]).toEqual([0, 1, 40])
  const joins = [0, 1, 12, 13, 40].map((parts) => channel.parts[channel.joinsAt(parts)]?.startSeconds)
  expect(joins).toEqual([0, 0, 0, 2, 6])
})

test('LiveChannel tells of the newest six target durations', () => {
  const long = new LiveChannel(testOutline({ seconds: 60, videoBitsPerSecond: 1_000_000 }), 200)
  expect(long.playlistBytes(200)).toBe(long.playlistBytes(200))
  expect(Math.abs(long.playlistBytes(260) - long.playlistBytes(240))).toBeLessThan(20) // a digit more
})
