import { expect, test } from 'vitest'
import { planPackage } from './package-plan.ts'
import type { SourceFacts } from './source-facts.ts'

const facts: SourceFacts = {
  container: 'flv',
  startSeconds: 0.044,
  video: {
    streamIndex: 0,
    codec: 'h264',
    widthPixels: 640,
    heightPixels: 360,
    codedPixels: 640 * 360,
    reorderedFrames: 2,
    lowestFrameRate: { numerator: 30, denominator: 1 },
  },
  audio: { streamIndex: 1, codec: 'aac', sampleRateHz: 44_100, channelCount: 2, startSeconds: 0.044 },
  tracks: { otherAudio: [], subtitles: [], pictureSubtitles: [] },
  warnings: [],
}

test('planPackage begins with the first picture', () => {
  const plan = planPackage('clip.flv', facts, { pictures: 300, startSeconds: 0.067, endSeconds: 10.067 })
  expect(plan.originSeconds).toBeCloseTo(0.023, 9)
  expect(plan.durationSeconds).toBeCloseTo(10, 9)
})

test('planPackage begins with the sound where it is half a second ahead of the picture', () => {
  const plan = planPackage('clip.flv', facts, { pictures: 300, startSeconds: 2.044, endSeconds: 12.044 })
  expect(plan.originSeconds).toBe(0)
  expect(plan.durationSeconds).toBeCloseTo(12, 9)
})

test('planPackage gives a single picture without duration the time of one frame', () => {
  expect(planPackage('clip.flv', facts, { pictures: 1, startSeconds: 0.044, endSeconds: 0.044 }).durationSeconds).toBe(
    1 / 30,
  )
})

test('planPackage refuses nine hours as video-too-long', () => {
  expect(() => planPackage('clip.flv', facts, { pictures: 1, startSeconds: 0, endSeconds: 9 * 3600 })).toThrow(
    expect.objectContaining({ code: 'video-too-long', message: 'the video lasts 9.0 hours, 8 are the most' }),
  )
})
