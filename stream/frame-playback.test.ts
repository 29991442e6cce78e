import { expect, test } from 'vitest'
import { FramePlayback } from './frame-playback.ts'
import { PlaybackClock } from './playback-clock.ts'
import type { ViewerEvent } from './record.ts'

function open() {
  const clock = new PlaybackClock(200)
  clock.start(0, 1000)
  const told: ViewerEvent[] = []
  const playback = new FramePlayback(clock, (event) => told.push(event))
  const frames = () => told.filter(({ kind }) => kind !== 'playhead').map(({ kind, atMs }) => [kind, atMs])
  return { playback, told, frames }
}

test('FramePlayback shows frames in order of presentation, each at its own moment, however late it is asked', () => {
  const { playback, frames } = open()
  playback.add(0, 'intact', 1000)
  playback.add(80, 'damaged', 1040)
  playback.add(40, 'frozen', 1080)
  playback.advance(1199)
  expect(frames()).toEqual([])
  playback.advance(5000)
  expect(frames()).toEqual([
    ['frame-shown', 1200],
    ['frame-frozen', 1240],
    ['frame-shown', 1280],
  ])
  expect(playback.isEmpty).toBe(true)
})

test('FramePlayback shows a late frame when it comes, and skips one that a later one has overtaken', () => {
  const { playback, frames } = open()
  playback.add(0, 'intact', 1000)
  playback.advance(1210)
  playback.add(80, 'intact', 1300) // due at 1280
  playback.advance(1310)
  playback.add(40, 'intact', 1320)
  playback.advance(2000)
  expect(frames()).toEqual([
    ['frame-shown', 1200],
    ['frame-shown', 1300],
  ])
  expect(playback.skippedFrames).toBe(1)
})

test('FramePlayback tells the playhead every 40 ms from the first frame on, also of a time in which it was not asked', () => {
  const { playback, told } = open()
  playback.advance(1100)
  playback.add(0, 'intact', 1000)
  playback.advance(1300)
  const playheads = told.flatMap((event) => (event.kind === 'playhead' ? [[event.atMs, event.positionSeconds]] : []))
  expect(playheads).toEqual([
    [1240, 0.04],
    [1280, 0.08],
  ])
})

test('FramePlayback tells how much it holds beyond what is due', () => {
  const { playback } = open()
  expect(playback.bufferMs(1000)).toBe(0)
  playback.add(160, 'intact', 1000)
  expect(playback.bufferMs(1300)).toBe(60)
})
