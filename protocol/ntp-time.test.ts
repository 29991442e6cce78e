import { expect, test } from 'vitest'
import { ntpTimeOf, unixMsOf } from './ntp-time.ts'

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
