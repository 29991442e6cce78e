import { expect, test } from 'vitest'
import { ntpTimeOf, roundTripMs, shortNtpOf, unixMsOf } from './ntp-time.ts'

const moments = [
  { name: 'the Unix epoch', unixMs: 0, ntpTime: { seconds: 2_208_988_800, fraction: 0 } },
  { name: 'half a second before it', unixMs: -500, ntpTime: { seconds: 2_208_988_799, fraction: 0x8000_0000 } },
  {
    name: 'a quarter past noon in 2026',
    unixMs: 1_795_350_600_250,
    ntpTime: { seconds: 4_004_339_400, fraction: 0x4000_0000 },
  },
  {
    name: 'the last second of the first era',
    unixMs: 2_085_978_495_000,
    ntpTime: { seconds: 2 ** 32 - 1, fraction: 0 },
  },
  { name: 'the first second of the next era, 2036', unixMs: 2_085_978_496_000, ntpTime: { seconds: 0, fraction: 0 } },
]
for (const { name, unixMs, ntpTime } of moments) {
  test(`ntpTimeOf tells ${name}`, () => expect(ntpTimeOf(unixMs)).toEqual(ntpTime))
  test(`unixMsOf tells ${name}`, () => expect(unixMsOf(ntpTime)).toBe(unixMs))
}

test('ntpTimeOf and unixMsOf keep a thousandth of a millisecond', () => {
  for (const unixMs of [1_795_350_600_000.123, 1_795_350_600_999.999]) {
    expect(unixMsOf(ntpTimeOf(unixMs))).toBeCloseTo(unixMs, 3)
  }
})

test('roundTripMs follows the example of RFC 3550 section 6.4.1', () => {
  const arrival = { seconds: 0xb44d_b710, fraction: 0x8000_0000 }
  expect(shortNtpOf(arrival)).toBe(0xb710_8000)
  expect(roundTripMs({ lastSr: 0xb705_2000, delaySinceLastSr: 0x0005_4000 }, arrival)).toBe(6125)
})

test('roundTripMs holds across the wrap of the short form', () => {
  const block = { lastSr: 0xffff_f000, delaySinceLastSr: 0x1000 } // 62.5 ms
  expect(roundTripMs(block, { seconds: 0x1_0000, fraction: 0x1000_0000 })).toBe(62.5)
})

test('roundTripMs tells nothing before a sender report arrived, and never less than 0', () => {
  const arrival = { seconds: 10, fraction: 0 }
  expect(roundTripMs({ lastSr: 0, delaySinceLastSr: 0 }, arrival)).toBeUndefined()
  expect(roundTripMs({ lastSr: 9 * 65_536, delaySinceLastSr: 65_540 }, arrival)).toBe(0)
})
