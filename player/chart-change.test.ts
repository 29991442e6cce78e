import { expect, test } from 'vitest'
import { describeChange } from './chart-change.ts'

const before = { seed: 7, downlink: { rateBitsPerSecond: 6e6, loss: { kind: 'random', lossRatio: 0.001 } } }

test('describeChange says what is other than before', () => {
  expect(describeChange({ ...before, downlink: { ...before.downlink, rateBitsPerSecond: 1e6 } }, before)).toBe(
    '1 Mbit/s',
  )
  expect(describeChange({ seed: 7, downlink: { oneWayDelayMs: 35 }, udpBlocked: true }, before)).toBe(
    'no fixed rate, 0 % loss, 35 ms delay, UDP blocked',
  )
})

test('describeChange says the rate and the loss in force where nothing is known of before', () => {
  expect(describeChange(before, undefined)).toBe('6 Mbit/s, 0.1 % loss')
})

test('describeChange has words for a change of something else', () => {
  expect(describeChange({ ...before, seed: 8 }, before)).toBe('network changed')
})
