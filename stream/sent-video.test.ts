import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { SendPlan } from './send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES, TRACK_VIDEO } from './send-schedule.ts'
import { SentVideo } from './sent-video.ts'
import { VideoLosses } from './video-losses.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 2_000_000 })

test('SentVideo places every packet in the frame for which the sender planned it', () => {
  const { frames, mediaTicks, trackIndices, sequenceNumbers } = new SendPlan(outline, DEFAULT_MAX_RTP_BYTES).courseFrom(
    2,
  )
  const video = new SentVideo(outline, { startSeconds: 2, firstSequenceNumber: 65_530 })
  expect(video.frames).toEqual(frames)
  const places = [...trackIndices.keys()].filter((place) => trackIndices[place] === TRACK_VIDEO)
  for (const place of places) {
    const packet = sequenceNumbers[place] as number
    expect(video.frames[video.placeOf(packet)?.frameIndex ?? -1]?.ptsTicks).toBe(mediaTicks[place])
  }
  expect(video.placeOf(places.length)).toBeUndefined()
  expect(video.placeOf(-1)).toBeUndefined()
})

test('SentVideo finds every frame by its time, and its group of pictures', () => {
  const video = new SentVideo(outline, { startSeconds: 0, firstSequenceNumber: 0 })
  expect(video.frames.map(({ ptsTicks }) => video.frameIndexAt(ptsTicks))).toEqual([...video.frames.keys()])
  expect(video.frameIndexAt(1)).toBe(-1)
  expect(video.pictureGroupOf(60)).toEqual({ firstFrame: 60, endFrame: 120 })
  expect(video.pictureGroupOf(119)).toEqual({ firstFrame: 60, endFrame: 120 })
  expect(video.pictureGroupOf(239)).toEqual({ firstFrame: 180, endFrame: 240 })
})

test('VideoLosses counts packets from the start’s first, over a wrap of their sequence numbers', () => {
  const start = { variant: 'made-up', startSeconds: 0, firstSequenceNumber: 65_534 }
  const losses = new VideoLosses(start, () => outline)
  expect([losses.lose(65_534, 1), losses.lose(65_535, 3), losses.lose(30_000, 1), losses.lose(60_000, 1)]).toEqual([
    0, 1, 30_002, 60_002,
  ])
  expect(losses.between(0, 40_000)).toEqual([0, 1, 2, 3, 30_002])
  expect(losses.video?.sequenceNumberOf(30_002)).toBe(30_000)
})

test('VideoLosses keeps the newest 20,000', () => {
  const losses = new VideoLosses({ variant: 'made-up', startSeconds: 0, firstSequenceNumber: 0 }, () => undefined)
  losses.lose(0, 15_000)
  losses.lose(20_000, 10_000)
  expect(losses.between(0, 60_000)).toHaveLength(20_000)
  expect(losses.between(0, 20_000)[0]).toBe(5000)
  expect(losses.video).toBeUndefined()
})

test('VideoLosses takes the longest gap that a record can tell in no time', () => {
  const losses = new VideoLosses({ variant: 'made-up', startSeconds: 0, firstSequenceNumber: 0 }, () => undefined)
  expect(losses.lose(10, 0xffff_ffff)).toBe(10)
  expect(losses.between(0xffff_ffff, 0xffff_ffff + 20)).toEqual(
    [...Array(10).keys()].map((index) => 0xffff_ffff + index),
  )
})
