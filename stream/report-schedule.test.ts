import { expect, test } from 'vitest'
import { reportDelayMs, reportSeed } from './report-schedule.ts'

test('reportDelayMs lies between half and one and a half of 5 s', () => {
  expect([0, 0.5, 1].map((drawn) => reportDelayMs(() => drawn))).toEqual([2500, 5000, 7500])
})

test('reportSeed is another 32-bit seed for each link', () => {
  expect([0, 7, 0xffff_ffff].map(reportSeed)).toEqual([0x52544350, 0x52544357, 0xadabbcaf])
})
