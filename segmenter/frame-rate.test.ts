import { expect, test } from 'vitest'
import { constantFrameRate } from './frame-rate.ts'
import { readRational, writeRational } from './rational.ts'

for (const { name, lowest, average, kept } of [
  { name: 'a constant rate', lowest: '30000/1001', average: '30000/1001', kept: '30000/1001' },
  { name: 'a phone whose rate hardly varies', lowest: '359/12', average: '3744/125', kept: '359/12' },
  { name: 'a time base of 90 kHz as its average', lowest: '90000/1', average: '750000/71393', kept: '750000/71393' },
  { name: 'fields counted as pictures', lowest: '50/1', average: '25/1', kept: '25/1' },
  { name: 'a screen recording at its fastest', lowest: '30/1', average: '8/1', kept: '30/1' },
  { name: '120 frames a second by half', lowest: '120/1', average: '120/1', kept: '120/2' },
  { name: '144 frames a second by a third', lowest: '144/1', average: '144/1', kept: '144/3' },
  { name: 'an average alone', lowest: '0/0', average: '12/1', kept: '12/1' },
  { name: 'nothing told as 25', lowest: '0/0', average: '0/0', kept: '25/1' },
]) {
  test(`constantFrameRate keeps ${name}`, () => {
    expect(writeRational(constantFrameRate(readRational(lowest), readRational(average)))).toBe(kept)
  })
}
