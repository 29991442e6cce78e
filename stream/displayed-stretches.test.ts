import { expect, test } from 'vitest'
import type { DisplayedSlot } from './displayed-slots.ts'
import { SlotTimes, stretchesOf, TICKS_PER_SLOT } from './displayed-stretches.ts'

const slot = (shownFrame: number, changed: Partial<DisplayedSlot> = {}): DisplayedSlot => ({
  wish: 0,
  variant: '720p',
  start: -1,
  shownFrame,
  dueFrame: shownFrame,
  ...changed,
})

test('stretchesOf cuts where a decoder would have to go back, begin anew, or decode long for nothing', () => {
  const cuts: readonly (readonly [string, DisplayedSlot])[] = [
    ['another variant', slot(2, { variant: '360p' })],
    ['another start', slot(2, { start: 0 })],
    ['another wish', slot(2, { wish: 1 })],
    ['a step back', slot(0)],
    ['a due frame that lies before', slot(2, { dueFrame: 0 })],
    ['a leap', slot(1002)],
  ]
  for (const [, next] of cuts) expect(stretchesOf([slot(1), next])).toHaveLength(2)
  expect(stretchesOf([slot(1), slot(1), slot(3)])).toEqual([
    { variant: '720p', start: -1, shownFrames: [1, 1, 3], dueFrames: [1, 1, 3] },
  ])
})

test('stretchesOf gives units of at most 500 slots', () => {
  const slots = Array.from({ length: 1001 }, (_, frame) => slot(frame))
  expect(stretchesOf(slots).map(({ shownFrames }) => shownFrames.length)).toEqual([500, 500, 1])
})

/** What stands at each slot's moment when every frame is decoded in turn. */
function shownAtSlots(frames: readonly number[], decoded: readonly number[]): number[] {
  const times = new SlotTimes(frames)
  return frames.map((_, slotIndex) => {
    const atTicks = (1 + slotIndex) * TICKS_PER_SLOT
    return decoded.findLast((frame) => times.ticksOf(frame) <= atTicks) ?? -1
  })
}

test('SlotTimes show in each slot the frame that is meant: repeated, skipped, with some decoded before and after', () => {
  const decoded = Array.from({ length: 60 }, (_, frame) => frame)
  for (const frames of [[20, 21, 22], [20, 20, 20], [20, 20, 35, 36], [0, 1, 59], [5]]) {
    expect(shownAtSlots(frames, decoded)).toEqual(frames)
    const ticks = decoded.map((frame) => new SlotTimes(frames).ticksOf(frame))
    expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b)) // each frame has its own, in order
    expect(ticks.every((tick) => Number.isInteger(tick) && tick > 0)).toBe(true)
  }
})

test('SlotTimes leave the picture before in the slot of a frame that cannot be decoded', () => {
  expect(shownAtSlots([20, 21, 22], [18, 19, 20, 22])).toEqual([20, 20, 22])
})
