import { expect, test } from 'vitest'
import type { LivePicture } from './live-cutter.ts'
import { SoundGate } from './sound-gate.ts'

/** Picture `index` of ten ticks each. */
const picture = (index: number): LivePicture => ({
  ...{ ptsTicks: index * 10, dtsTicks: index * 10, nals: [], isKeyframe: index === 0, unixMs: 0 },
})
const indexes = (pictures: readonly LivePicture[]): number[] => pictures.map(({ dtsTicks }) => dtsTicks / 10)

test('SoundGate lets a picture go on once sound has come that begins with it or later, the first one at once', () => {
  const gate = new SoundGate(1000)
  expect(indexes(gate.pushPicture(picture(0)))).toEqual([0])
  for (const index of [1, 2, 3, 4]) expect(gate.pushPicture(picture(index))).toEqual([])
  expect(indexes(gate.pushSound({ ptsTicks: 25 }))).toEqual([1, 2])
  expect(gate.pushSound({ ptsTicks: 12 })).toEqual([]) // what is told late tells nothing
  expect(indexes(gate.pushSound({ ptsTicks: 30 }))).toEqual([3])
  expect(indexes(gate.end())).toEqual([4])
})

test('SoundGate lets reordered pictures wait for the sound of when they are shown', () => {
  const gate = new SoundGate(1000)
  const later = (index: number): LivePicture => ({ ...picture(index), ptsTicks: index * 10 + 20 })
  gate.pushPicture(later(0))
  for (const index of [1, 2]) gate.pushPicture(later(index))
  expect(gate.pushSound({ ptsTicks: 29 })).toEqual([])
  expect(indexes(gate.pushSound({ ptsTicks: 35 }))).toEqual([1])
})

test('SoundGate lets no picture wait for longer than it may', () => {
  const gate = new SoundGate(20)
  const given = [0, 1, 2, 3, 4, 5].map((index) => indexes(gate.pushPicture(picture(index))))
  expect(given).toEqual([[0], [], [], [], [1], [2]])
})

test('SoundGate keeps a bounded number of pictures, whatever times they claim', () => {
  const gate = new SoundGate(1000)
  const given = Array.from({ length: 1001 }, () => gate.pushPicture(picture(1)).length)
  expect(given.reduce((sum, count) => sum + count, 0)).toBe(1001 - 600)
})
