import { expect, test } from 'vitest'
import { readLinkProfile, type LinkProfile } from '../link/profile.ts'
import { changeAt, MOST_CHANGES, withChange, wordsOfChange, type PlannedChange } from './network-changes.ts'

const planned: readonly { readonly change: PlannedChange; readonly words: string }[] = [
  { change: { kind: 'rate', rateBitsPerSecond: 1_000_000 }, words: 'rate 1.00 Mbit/s' },
  { change: { kind: 'rate', rateBitsPerSecond: Infinity }, words: 'rate unlimited' },
  { change: { kind: 'loss', loss: { kind: 'random', lossRatio: 0.02 } }, words: 'loss 2 %' },
  { change: { kind: 'loss', loss: { kind: 'bad-moments', lossRatio: 0.005, meanBurstMs: 50 } }, words: 'loss 0.5 %' },
  { change: { kind: 'delay', oneWayDelayMs: 100 }, words: 'delay 100 ms' },
  { change: { kind: 'udp', udpBlocked: true }, words: 'UDP blocked' },
  { change: { kind: 'udp', udpBlocked: false }, words: 'UDP passes' },
]

for (const { change, words } of planned) {
  test(`wordsOfChange says "${words}"`, () => expect(wordsOfChange(changeAt(5, change))).toBe(words))
}

const networks: readonly LinkProfile[] = [
  { seed: 1, downlink: {} },
  { seed: 1, downlink: { generator: { kind: 'markov' }, loss: { kind: 'random', lossRatio: 0.1 } } },
  {
    seed: 1,
    downlink: { trace: [[1000, 1]], loss: { kind: 'gilbert-elliott', lossRatio: 0.1, meanBurstPackets: 4 } },
  },
]

test('each planned change goes onto any network, whatever rate and loss it has', () => {
  for (const network of networks) {
    const changes = planned.map(({ change }, index) => changeAt(index, change))
    expect(readLinkProfile({ ...network, changes })).toEqual({ ok: true, profile: { ...network, changes } })
  }
})

test('withChange keeps the order of time, of the same moment that of insertion, and stops at a hundred', () => {
  const at = (atSeconds: number, oneWayDelayMs: number) => changeAt(atSeconds, { kind: 'delay', oneWayDelayMs })
  const three = [at(20, 1), at(10, 2), at(20, 3)].reduce(withChange, [])
  expect(three).toEqual([at(10, 2), at(20, 1), at(20, 3)])
  const full = Array.from({ length: MOST_CHANGES + 1 }, (_, index) => at(index, 0)).reduce(withChange, [])
  expect(full.length).toBe(MOST_CHANGES)
})

test('wordsOfChange tells of each direction apart, and what it has no words for as JSON', () => {
  const set = { downlink: { jitterMs: 5, generator: null }, uplink: { rateBitsPerSecond: 500_000 }, udpBlocked: true }
  expect(wordsOfChange({ atSeconds: 1, set })).toBe('jitterMs 5 · uplink rate 0.50 Mbit/s · UDP blocked')
})
