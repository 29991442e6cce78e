import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { SendPlan } from './send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from './send-schedule.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 500_000 })
const plan = new SendPlan(outline, DEFAULT_MAX_RTP_BYTES)
const allPackets = [...plan.packetsOf(0), ...plan.packetsOf(1)]

test('sendCourse takes every packet of a presentation once, in order of time', () => {
  const { sendMs, sizesBytes, packetsOfTrack, frames } = plan.courseFrom(0)
  expect([...sendMs]).toEqual(allPackets.map((packet) => packet.sendMs).sort((a, b) => a - b))
  expect(sizesBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(
    allPackets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  )
  expect(packetsOfTrack).toEqual([0, 1].map((track) => allPackets.filter((p) => p.trackIndex === track).length))
  expect(frames).toHaveLength(8 * 30)
})

test('sendCourse numbers each track from 0, and marks the end of each unit', () => {
  const { trackIndices, sequenceNumbers, markers, packetsOfTrack } = plan.courseFrom(0)
  for (const [track, packets] of packetsOfTrack.entries()) {
    const numbers = sequenceNumbers.filter((_, place) => trackIndices[place] === track)
    expect([...numbers]).toEqual(Array.from({ length: packets }, (_, number) => number))
  }
  const units = 8 * 30 + outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
  expect(markers.reduce((sum, marker) => sum + marker, 0)).toBe(units)
})

test('sendCourse begins at a keyframe in the middle with its picture and the sound from there on', () => {
  const { frames, mediaTicks, trackIndices, keyframe } = plan.courseFrom(2.5)
  expect([keyframe.frameIndex, frames[0]?.kind, frames.length]).toEqual([60, 'idr', 6 * 30])
  const firstSound = mediaTicks[trackIndices.indexOf(1)] as number
  expect(firstSound).toBeGreaterThanOrEqual(2 * 48_000) // samples
  expect(firstSound).toBeLessThan(2 * 48_000 + 1024)
})
