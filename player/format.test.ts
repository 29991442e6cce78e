import { expect, test } from 'vitest'
import {
  asSentence,
  formatBytes,
  formatCount,
  formatDuration,
  formatMegabits,
  formatPercent,
  formatTime,
  formatTimeLeft,
} from './format.ts'

const cases: readonly [string, string, string][] = [
  ['formatTime', formatTime(42.9), '0:42'],
  ['formatTime', formatTime(634), '10:34'],
  ['formatTime', formatTime(3723), '1:02:03'],
  ['formatTime', formatTime(-1), '0:00'],
  ['formatTime', formatTime(NaN), '0:00'],
  ['formatDuration', formatDuration(311.6), '312 ms'],
  ['formatDuration', formatDuration(11_290), '11.3 s'],
  ['formatTimeLeft', formatTimeLeft(0.2), '1 s'],
  ['formatTimeLeft', formatTimeLeft(41), '45 s'],
  ['formatTimeLeft', formatTimeLeft(200), '4 min'],
  ['formatTimeLeft', formatTimeLeft(7500), '2 h 5 min'],
  ['formatBytes', formatBytes(950), '950 B'],
  ['formatBytes', formatBytes(12_400_000), '12.4 MB'],
  ['formatBytes', formatBytes(999_950), '1.0 MB'],
  ['formatBytes', formatBytes(123_456_789), '123 MB'],
  ['formatMegabits', formatMegabits(2_346_000), '2.35'],
  ['formatMegabits', formatMegabits(12_000_000), '12.0'],
  ['formatCount', formatCount(18_402), '18\u202f402'],
  ['formatCount', formatCount(1_234_567), '1\u202f234\u202f567'],
  ['formatCount', formatCount(999), '999'],
  ['formatPercent', formatPercent(0.4299), '42 %'],
  ['formatPercent', formatPercent(0.9999), '99 %'],
  ['formatPercent', formatPercent(1), '100 %'],
  ['asSentence', asSentence('no video has the id "x"'), 'No video has the id "x".'],
  ['asSentence', asSentence('The disk is full.'), 'The disk is full.'],
]

for (const [name, got, wanted] of cases) test(`${name} writes ${wanted}`, () => expect(got).toBe(wanted))
