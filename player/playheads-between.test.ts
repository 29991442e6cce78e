import { expect, test } from 'vitest'
import { MeasuresFold } from '../stream/measures.ts'
import { playheadsBetween, type Playhead } from './playheads-between.ts'

const at = (atMs: number, positionSeconds: number): Playhead => ({ atMs, positionSeconds })

/** Stalls of a playhead that was looked at in time, then late. */
function stallsOf(before: Playhead, now: Playhead) {
  const fold = new MeasuresFold(40)
  fold.add({ kind: 'play-asked', atMs: before.atMs })
  fold.add({ kind: 'frame-shown', atMs: before.atMs, state: 'intact' })
  for (const head of [before, ...playheadsBetween(before, now, 1, 40), now]) fold.add({ kind: 'playhead', ...head })
  const { stallCount, stallMs } = fold.at(now.atMs)
  return { stallCount, stallMs }
}

test('playheadsBetween adds nothing to a look in time', () => {
  expect(playheadsBetween(at(0, 1), at(40, 1.04), 1, 40)).toEqual([])
})

test('a late look at a playhead that went on is no stall', () => {
  expect(playheadsBetween(at(0, 1), at(375, 1.375), 1, 125)).toEqual([at(125, 1.125), at(250, 1.25)])
  expect(stallsOf(at(0, 1), at(500, 1.5))).toEqual({ stallCount: 0, stallMs: 0 })
})

test('a late look at a playhead that stood for 250 ms and then went on tells a stall', () => {
  const { stallCount, stallMs } = stallsOf(at(0, 1), at(500, 1.25))
  expect(stallCount).toBe(1)
  expect(Math.abs(stallMs - 250)).toBeLessThanOrEqual(40)
})

test('playheadsBetween follows the speed, and a jump back adds nothing', () => {
  expect(playheadsBetween(at(0, 1), at(250, 1.5), 2, 125)).toEqual([at(125, 1.25)])
  expect(playheadsBetween(at(0, 9), at(125, 1), 1, 125)).toEqual([])
})
