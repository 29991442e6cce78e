import { expect, test } from 'vitest'
import { recutOutline } from './recut-outline.ts'
import { testOutline } from './test-support/test-outline.ts'

const outline = testOutline({ seconds: 20, videoBitsPerSecond: 1_000_000 }) // a keyframe every 2 s, 4 s a segment

const startsOf = (segmentSeconds: number) =>
  recutOutline(outline, segmentSeconds).segments.map(({ startSeconds }) => startSeconds)

test('recutOutline begins segments at the first keyframe at or after each multiple of their length', () => {
  expect(startsOf(2)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  expect(startsOf(3)).toEqual([0, 4, 6, 10, 12, 16, 18])
  expect(startsOf(10)).toEqual([0, 10])
  expect(recutOutline(outline, 8).segments.map(({ durationSeconds }) => durationSeconds)).toEqual([8, 8, 4])
})

test('recutOutline keeps every picture, every unit of sound and the bytes of the files', () => {
  const cut = recutOutline(outline, 2)
  expect(cut.segments.flatMap(({ frames }) => frames)).toEqual(outline.segments.flatMap(({ frames }) => frames))
  const unitsOf = ({ segments }: typeof outline) => segments.flatMap(({ audio }) => audio?.sizesBytes ?? [])
  expect(unitsOf(cut)).toEqual(unitsOf(outline))
  const bytesOf = ({ segments }: typeof outline) => segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  expect(Math.abs(bytesOf(cut) - bytesOf(outline))).toBeLessThan(10)
  expect(cut.segments[3]).toMatchObject({ uri: '00003.ts', startSeconds: 6, durationSeconds: 2 })
  expect(cut.segments[3]?.audio?.firstPtsTicks).toBe(541_440) // the first unit at or after 6 s
})

test('recutOutline leaves an outline that is cut so as it is', () => {
  expect(recutOutline(outline, 4)).toEqual(outline)
})

test('recutOutline refuses segments shorter than from keyframe to keyframe', () => {
  expect(() => recutOutline(outline, 1.9)).toThrow(
    new RangeError('made-up has keyframes 2 s apart: no segments of 1.9 s can be cut'),
  )
})

test('recutOutline cuts sound alone at any unit', () => {
  const { video: _, ...head } = outline
  const sound = { ...head, segments: head.segments.map((segment) => ({ ...segment, frames: [] })) }
  const { segments } = recutOutline(sound, 1)
  expect(segments).toHaveLength(20)
  expect(segments[1]?.startSeconds).toBe(90_240 / 90_000) // the 48th unit of 1,024 samples
})
