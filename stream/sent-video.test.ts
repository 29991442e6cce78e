import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { SendPlan } from './send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES, TRACK_VIDEO } from './send-schedule.ts'
import { SentVideo } from './sent-video.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 2_000_000 })

test('SentVideo places every packet in the frame for which the sender planned it', () => {
  const { frames, mediaTicks, trackIndices, sequenceNumbers } = new SendPlan(outline, DEFAULT_MAX_RTP_BYTES).courseFrom(
    2,
  )
  const video = new SentVideo(outline, { startSeconds: 2, firstSequenceNumber: 65_530 })
  expect(video.frames).toEqual(frames)
  const places = [...trackIndices.keys()].filter((place) => trackIndices[place] === TRACK_VIDEO)
  for (const place of places) {
    const packet = video.packetOf((65_530 + (sequenceNumbers[place] as number)) & 0xffff)
    expect(packet).toBe(sequenceNumbers[place])
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

test('SentVideo finds a packet again after its sequence numbers have wrapped', () => {
  const video = new SentVideo(outline, { startSeconds: 0, firstSequenceNumber: 65_535 })
  expect([65_535, 0, 1000, 65_534].map((sequenceNumber) => video.packetOf(sequenceNumber))).toEqual([0, 1, 1001, -1])
  expect(video.sequenceNumberOf(1001)).toBe(1000)
})
