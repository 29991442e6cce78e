import { expect, test } from 'vitest'
import { MediaTime } from './media-time.ts'

test('media time counts from its origin, over a wrap and back', () => {
  const time = new MediaTime(90_000, 0xffff_ff00)
  expect([0xffff_ff00, 0x100, 0xffff_ff80].map((ticks) => time.at(ticks))).toEqual([0, 512, 128])
})

test('media time is 90 kHz whatever the clock of the track', () => {
  const time = new MediaTime(48_000, undefined)
  expect([7000, 7480].map((ticks) => time.at(ticks))).toEqual([0, 900])
})

test('a pause takes no media time; what is still under way stays where it was', () => {
  const time = new MediaTime(90_000, 1000)
  expect(time.at(1000 + 90_000)).toBe(90_000)
  time.goOn(1000 + 5 * 90_000, 1.5) // at 1.5 s, 3.5 s of pause before it
  expect([1.2, 5, 5.25].map((seconds) => time.at(1000 + seconds * 90_000) / 90_000)).toEqual([1.2, 1.5, 1.75])
  time.goOn(1000 + 7 * 90_000, 2)
  expect([5.25, 7.5].map((seconds) => time.at(1000 + seconds * 90_000) / 90_000)).toEqual([1.75, 2.5])
})
