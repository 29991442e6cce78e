import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { allFrames, framesWithout } from './decodable-frames.ts'
import { SentVideo } from './sent-video.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 1_000_000, framesPerSecond: 25 })
const all = allFrames(outline, 25)
const start = { startSeconds: 2, firstSequenceNumber: 0 }
const video = new SentVideo(outline, start)

/** By the frames and packets that were lost, counted from the start's. */
function without(...lost: readonly (readonly [frameIndex: number, packets: readonly number[]])[]) {
  const packets = lost.flatMap(([frameIndex, inFrame]) =>
    inFrame.map((packet) => video.firstPacketOf(frameIndex) + packet),
  )
  const between = (first: number, end: number) => packets.filter((packet) => packet >= first && packet < end)
  return framesWithout({ between }, video, all)
}
const everyPacketOf = (frameIndex: number): number[] => [...video.partsOf(frameIndex).keys()]

test('allFrames are those of every segment in decode order, numbered as they are presented', () => {
  expect(
    all.slice(99, 103).map(({ segmentIndex, indexInSegment, frame }) => [segmentIndex, indexInSegment, frame]),
  ).toEqual([
    [0, 99, 99],
    [1, 0, 100],
    [1, 1, 102],
    [1, 2, 101],
  ])
  expect(all.filter(({ isFreshStart }) => isFreshStart).map(({ frame }) => frame)).toEqual([0, 50, 100, 150])
})

test('framesWithout losses are all from the start’s keyframe on', () => {
  expect(without()).toEqual(all.slice(50))
})

test('framesWithout leave out the NAL units that a lost packet carried, and nothing that leans on them', () => {
  const parts = video.partsOf(0)
  const slice = parts.findIndex(({ nalIndex }) => nalIndex === 3)
  const frames = without([0, [slice]])
  expect(frames).toHaveLength(150)
  expect(frames[0]).toEqual({ ...all[50], isFreshStart: false, nalIndices: [0, 1, 2, 4, 5] })
  expect(frames[1]).toEqual(all[51])
})

test('framesWithout a whole reference frame go on without it, and without a keyframe stop until the next', () => {
  expect(without([1, everyPacketOf(1)])).toEqual(all.slice(50).filter((_, index) => index !== 1))
  expect(without([50, everyPacketOf(50)])).toEqual([...all.slice(50, 100), ...all.slice(150)])
})

test('framesWithout give a keyframe its parameter sets back', () => {
  const headers = video.partsOf(0).findIndex(({ nalIndex }) => nalIndex === 0)
  const [keyframe] = without([0, [headers]])
  expect(keyframe?.nalIndices?.slice(0, 2)).toEqual([0, 1])
})
