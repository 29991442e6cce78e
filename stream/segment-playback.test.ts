import { expect, test } from 'vitest'
import type { OutlineSegment } from '../protocol/outline.ts'
import type { ViewerEvent } from './record.ts'
import { SegmentPlayback } from './segment-playback.ts'

/** Ten frames a second; the second frame of each segment is decoded first. */
function segment(startSeconds: number, durationSeconds: number): OutlineSegment {
  const ptsTicks = Array.from({ length: durationSeconds * 10 }, (_, index) => (startSeconds * 10 + index) * 9000)
  const decodeOrder = [ptsTicks[1], ptsTicks[0], ...ptsTicks.slice(2)] as number[]
  const frames = decodeOrder.map((ticks) => ({
    kind: 'idr' as const,
    ptsTicks: ticks,
    dtsTicks: 0,
    nalSizesBytes: [1],
  }))
  return { uri: 'a.ts', sizeBytes: 1, startSeconds, durationSeconds, frames }
}

function newPlayback(endMs: number, startMs = 0) {
  const told: ViewerEvent[] = []
  const playback = new SegmentPlayback({ startMs, endMs }, (event) => told.push(event))
  const moments = (kind: ViewerEvent['kind']) => told.filter((event) => event.kind === kind).map(({ atMs }) => atMs)
  return { playback, told, moments }
}

test('SegmentPlayback plays at once, shows each frame at its time and ends with the last segment', () => {
  const { playback, moments } = newPlayback(1000)
  playback.append(segment(0, 1), 500)
  playback.advance(5000)
  expect(moments('frame-shown')).toEqual([500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400])
  expect([moments('ended'), playback.hasEnded, playback.nextEventMs()]).toEqual([[1500], true, Infinity])
})

test('SegmentPlayback stands still without the next segment, and goes on when it comes', () => {
  const { playback, told, moments } = newPlayback(2000)
  playback.append(segment(0, 1), 0)
  playback.advance(1750)
  expect([playback.positionMs(1750), playback.bufferMs(1750), playback.hasEnded]).toEqual([1000, 0, false])
  playback.append(segment(1, 1), 1750)
  playback.advance(9000)
  expect(moments('frame-shown').slice(9, 12)).toEqual([900, 1750, 1850])
  expect(moments('ended')).toEqual([2750])
  const standing = told.filter((event) => event.kind === 'playhead' && event.positionSeconds === 1)
  expect(standing.map(({ atMs }) => atMs)[0]).toBe(1000)
  expect(Math.max(...moments('playhead').map((atMs, index, all) => atMs - (all[index - 1] ?? atMs)))).toBe(40)
})

test('SegmentPlayback tells all events in the order of their moments', () => {
  const { playback, told } = newPlayback(3000)
  playback.append(segment(0, 2), 0)
  playback.advance(1500)
  playback.append(segment(2, 1), 1500)
  playback.advance(9000)
  expect(told.map(({ atMs }) => atMs)).toEqual(told.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
  expect(told).toHaveLength(30 + 76 + 1 + 1) // frames, playhead every 40 ms and where it runs dry, the end
})

test('SegmentPlayback begins within a segment', () => {
  const { playback, moments } = newPlayback(1000, 700)
  playback.append(segment(0, 1), 100)
  playback.advance(5000)
  expect(moments('frame-shown')).toEqual([100, 200, 300])
})

test('SegmentPlayback of segments whose frames are not known takes them as evenly spaced', () => {
  const told: ViewerEvent[] = []
  const playback = new SegmentPlayback({ startMs: 6000, framesPerSecond: 25 }, (event) => told.push(event))
  playback.append({ startSeconds: 6, durationSeconds: 0.2 }, 100)
  playback.advance(1000)
  expect(told.filter(({ kind }) => kind === 'frame-shown').map(({ atMs }) => atMs)).toEqual([100, 140, 180, 220, 260])
  expect(playback.hasEnded).toBe(false)
  playback.end(1000)
  expect([playback.hasEnded, told.at(-1)]).toEqual([true, { kind: 'ended', atMs: 1000 }])
})

test('SegmentPlayback that stands still before a hole goes on behind it', () => {
  const { playback, moments } = newPlayback(4000)
  playback.append(segment(0, 1), 0)
  playback.advance(2000)
  playback.append(segment(3, 1), 2000)
  playback.advance(9000)
  expect(moments('frame-shown').slice(9, 12)).toEqual([900, 2000, 2100])
  expect(moments('ended')).toEqual([3000])
})
