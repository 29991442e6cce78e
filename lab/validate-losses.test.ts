import { expect, test } from 'vitest'
import { lostPackets } from './validate-losses.ts'

test('lostPackets are the same under the same seed, each loss in its mean', () => {
  const random = lostPackets({ loss: { kind: 'random', lossRatio: 0.02 } }, 7, 10_000)
  expect(random).toEqual(lostPackets({ loss: { kind: 'random', lossRatio: 0.02 } }, 7, 10_000))
  expect(random.length / 10_000).toBeCloseTo(0.02, 2)
})

test('lostPackets come in bursts of the mean length asked for', () => {
  const lost = lostPackets({ loss: { kind: 'gilbert-elliott', lossRatio: 0.05, meanBurstPackets: 4 } }, 3, 100_000)
  const bursts = lost.filter((place, index) => place !== (lost[index - 1] ?? -1) + 1).length
  expect(lost.length / bursts).toBeCloseTo(4, 0)
  expect(lost.length / 100_000).toBeCloseTo(0.05, 2)
})

test('lostPackets are none on a line without loss', () => expect(lostPackets({}, 1, 1000)).toEqual([]))
