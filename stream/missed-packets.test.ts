import { expect, test } from 'vitest'
import { MissedPackets } from './missed-packets.ts'

test('MissedPackets knows when a packet was missed, and of one that was not nothing', () => {
  const missed = new MissedPackets()
  missed.miss(10, 3, 40)
  expect([9, 10, 12, 13, 10 + 4096, -1].map((number) => missed.missedMs(number))).toEqual([
    undefined,
    40,
    40,
    undefined,
    undefined,
    undefined,
  ])
})

test('MissedPackets tells of each packet that was given up once', () => {
  const missed = new MissedPackets()
  missed.miss(10, 3, 40)
  missed.giveUp(11, 1)
  expect([10, 11, 11, 12].map((number) => missed.takeGivenUp(number))).toEqual([false, true, false, false])
})

test('MissedPackets remembers the newest 4,096 of an outage', () => {
  const missed = new MissedPackets()
  missed.miss(0, 1e9, 40)
  expect([1e9 - 4097, 1e9 - 4096, 1e9 - 1].map((number) => missed.missedMs(number))).toEqual([undefined, 40, 40])
})
