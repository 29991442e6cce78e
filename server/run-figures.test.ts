import { expect, test } from 'vitest'
import type { RunEvent } from '../stream/record.ts'
import { RunFiguresFold } from './run-figures.ts'

test('RunFiguresFold measures each viewer by its own clock, up to its newest event', () => {
  const fold = new RunFiguresFold(40)
  const playhead = (side: 'hls' | 'udp', atMs: number, positionSeconds: number): RunEvent => ({
    kind: 'playhead',
    side,
    atMs,
    positionSeconds,
  })
  fold.add({ kind: 'frame-shown', side: 'hls', atMs: 1000, state: 'intact' })
  fold.add({ kind: 'frame-shown', side: 'udp', atMs: 9_000_000, state: 'intact' })
  for (let step = 0; step <= 10; step += 1) {
    fold.add(playhead('hls', 1000 + 40 * step, 1)) // stands still
    fold.add(playhead('udp', 9_000_000 + 40 * step, step * 0.04))
  }
  const { hls, udp, link } = fold.read()
  expect([hls?.stallCount, hls?.stallMs, udp?.stallCount, link]).toEqual([1, 400, 0, []])
})
