import { expect, test } from 'vitest'
import { ntpTimeOf } from './ntp-time.ts'
import { middle32, roundTripMs } from './rtcp-round-trip.ts'

test('roundTripMs gives the 6.125 s of figure 2 in RFC 3550', () => {
  const arrival = 0xb710_8000 // 46864.500 s
  const arrivalUnixMs = (0xb710 - (2_208_988_800 % 65_536) + 65_536 * 30_000) * 1000 + 500
  expect(middle32(ntpTimeOf(arrivalUnixMs))).toBe(arrival)
  const block = { lastSr: 0xb705_2000, delaySinceLastSr: 0x0005_4000 } // 46853.125 s, 5.250 s
  expect(roundTripMs(block, arrivalUnixMs)).toBe(6125)
})

test('roundTripMs is unknown before a sender report, and never negative', () => {
  expect(roundTripMs({ lastSr: 0, delaySinceLastSr: 0 }, 1_700_000_000_000)).toBeUndefined()
  const lastSr = middle32(ntpTimeOf(1_700_000_000_000))
  expect(roundTripMs({ lastSr, delaySinceLastSr: 1 }, 1_700_000_000_000)).toBe(0)
})

test('roundTripMs goes on where the middle 32 bits begin again', () => {
  const wrapMs = (65_536 * 50_000 - 2_208_988_800) * 1000
  const lastSr = middle32(ntpTimeOf(wrapMs - 100))
  expect(roundTripMs({ lastSr, delaySinceLastSr: 0 }, wrapMs + 100)).toBeCloseTo(200, 1)
})
