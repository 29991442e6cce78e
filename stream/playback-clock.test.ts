import { expect, test } from 'vitest'
import { PlaybackClock } from './playback-clock.ts'

test('PlaybackClock makes a frame due the jitter buffer’s time after its place in the timeline', () => {
  const clock = new PlaybackClock(200)
  expect([clock.dueMs(0), clock.positionMs(5000)]).toEqual([Infinity, undefined])
  clock.start(1000, 5000)
  expect([clock.dueMs(1000), clock.dueMs(1040)]).toEqual([5200, 5240])
  expect(clock.positionMs(5240)).toBe(1040)
})

test('PlaybackClock stands still while paused, and goes on where it stood', () => {
  const clock = new PlaybackClock(200)
  clock.start(0, 0)
  clock.pause(700)
  expect([clock.positionMs(900), clock.dueMs(600)]).toEqual([500, Infinity])
  clock.resume(1700)
  expect([clock.positionMs(1700), clock.dueMs(600)]).toEqual([500, 1800])
})
