import { expect, test } from 'vitest'
import type { Outline, OutlineFrame } from '../protocol/outline.ts'
import { framesFrom, framesOf } from './outline-frames.ts'

const frame = (kind: OutlineFrame['kind'], ptsTicks: number): OutlineFrame => ({
  kind,
  ptsTicks,
  dtsTicks: ptsTicks,
  nalSizesBytes: [100],
})

const segment = (startSeconds: number, frames: readonly OutlineFrame[]) => ({
  uri: '00000.ts',
  sizeBytes: 1000,
  startSeconds,
  durationSeconds: 2,
  frames,
})

const outline: Outline = {
  format: 'weir-outline',
  version: 1,
  variant: '720p',
  originTicks: 0,
  segments: [
    segment(0, [frame('idr', 0), frame('reference', 9000), frame('disposable', 3000)]),
    segment(2, [frame('idr', 180_000), frame('reference', 183_000)]),
  ],
  ended: true,
}

test('framesFrom gives the frames from the keyframe on, in decode order', () => {
  expect(framesFrom(framesOf(outline), 2)).toEqual([
    { kind: 'idr', timestampTicks: 180_000 },
    { kind: 'reference', timestampTicks: 183_000 },
  ])
})

test('framesFrom finds a keyframe whose start was rounded to a tick beside it', () => {
  expect(framesFrom(framesOf(outline), 180_001 / 90_000)).toHaveLength(2)
})

test('framesFrom gives nothing for a start after the last keyframe', () => {
  expect(framesFrom(framesOf(outline), 3)).toEqual([])
})
