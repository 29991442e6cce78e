import { expect, test } from 'vitest'
import { RunClock } from './run-clock.ts'

test('RunClock puts a viewer and the link on one axis, each by its own clock', () => {
  const clock = new RunClock()
  clock.add({ kind: 'clock', of: 'link', atMs: 0, unixMs: 5000 })
  clock.add({ kind: 'clock', of: 'udp', atMs: 100, unixMs: 5020 })
  expect(clock.unixMsOf({ kind: 'rate-set', atMs: 30, lane: 'udp', direction: 'down' })).toBe(5030)
  expect(clock.unixMsOf({ kind: 'packet-late', atMs: 110, side: 'udp' })).toBe(5030)
})

test('RunClock does not know the moment of a teller whose clock was not told', () => {
  expect(new RunClock().unixMsOf({ kind: 'paused', atMs: 1, side: 'hls' })).toBeUndefined()
})

test('RunClock follows a link that is begun anew: its time 0 is another moment', () => {
  const clock = new RunClock()
  clock.add({ kind: 'clock', of: 'link', atMs: 0, unixMs: 5000 })
  clock.add({ kind: 'clock', of: 'link', atMs: 0, unixMs: 9000 })
  expect(clock.unixMs('link', 10)).toBe(9010)
})
