import { expect, test } from 'vitest'
import { ServerClock } from './server-clock.ts'

test('ServerClock takes what the server said for the middle of the round trip', () => {
  const clock = new ServerClock()
  expect(clock.note(1000, 1040, 5020)).toBe(true)
  expect(clock.unixMs(1020)).toBe(5020)
})

test('ServerClock believes the shortest round trip, and does not change for one that is hardly shorter', () => {
  const clock = new ServerClock()
  clock.note(1000, 1040, 5030)
  expect([clock.note(2000, 2039.5, 9999), clock.note(2000, 2400, 9999)]).toEqual([false, false])
  expect(clock.note(3000, 3004, 7002)).toBe(true)
  expect(clock.unixMs(3002)).toBe(7002)
})
