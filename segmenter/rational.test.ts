import { expect, test } from 'vitest'
import { readRational, valueOf, writeRational } from './rational.ts'

for (const [text, rational] of [
  ['30000/1001', { numerator: 30_000, denominator: 1001 }],
  ['64:45', { numerator: 64, denominator: 45 }],
  ['0/0', undefined],
  ['0:1', undefined],
  ['25/0', undefined],
  ['-1/2', undefined],
  ['N/A', undefined],
  [undefined, undefined],
] as const) {
  test(`readRational reads ${text}`, () => expect(readRational(text)).toEqual(rational))
}

test('writeRational keeps NTSC exact where a decimal would not', () => {
  expect(writeRational({ numerator: 30_000, denominator: 1001 })).toBe('30000/1001')
  expect(valueOf({ numerator: 30_000, denominator: 1001 })).toBeCloseTo(29.97003, 5)
})
