import { expect, test } from 'vitest'
import { constantFrameRate, frameRateNote } from './frame-rate.ts'
import { readRational, writeRational } from './rational.ts'

for (const { name, lowest, average, kept } of [
  { name: 'a constant rate exactly', lowest: '30000/1001', average: '29970/1000', kept: '30000/1001' },
  { name: 'the rate of a phone that hardly varies', lowest: '359/12', average: '30744/1000', kept: '359/12' },
  { name: 'the average where the lowest is a time base', lowest: '90000/1', average: '10505/1000', kept: '10505/1000' },
  { name: 'half of a rate that counts fields', lowest: '50/1', average: '25000/1000', kept: '50/2' },
  { name: 'half of a rate of which every second place is empty', lowest: '60/1', average: '30992/1000', kept: '60/2' },
  { name: 'the fastest movement of a screen recording', lowest: '30/1', average: '8000/1000', kept: '30/1' },
  { name: 'every second of 120 frames', lowest: '120/1', average: '120000/1000', kept: '120/2' },
  { name: 'every third of 144 frames', lowest: '144/1', average: '144000/1000', kept: '144/3' },
  { name: 'a rate that is counted a little over 60', lowest: '0/0', average: '60010/1000', kept: '60010/1000' },
  { name: 'every fourth of 240 frames', lowest: '240/1', average: '240000/1000', kept: '240/4' },
  { name: 'the average where nothing else is told', lowest: '0/0', average: '12000/1000', kept: '12000/1000' },
]) {
  test(`constantFrameRate keeps ${name}`, () => {
    const rate = constantFrameRate(readRational(lowest), readRational(average) ?? { numerator: 1, denominator: 1 })
    expect(writeRational(rate)).toBe(kept)
  })
}

for (const { lowest, note } of [
  { lowest: '60/1', note: undefined },
  { lowest: '120/1', note: 'Of 120 pictures a second 60 are kept.' },
  { lowest: '120000/1001', note: 'Of 119.88 pictures a second 59.94 are kept.' },
  { lowest: '144/1', note: 'Of 144 pictures a second 48 are kept.' },
]) {
  test(`frameRateNote says of ${lowest} ${note ?? 'nothing'}`, () => {
    const rate = readRational(lowest) ?? { numerator: 1, denominator: 1 }
    expect(frameRateNote(rate, rate)).toBe(note)
  })
}
