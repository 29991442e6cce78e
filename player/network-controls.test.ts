import { expect, test } from 'vitest'
import { mergeProfile, readLinkProfile } from '../link/profile.ts'
import { nearestStop, networkControls } from './network-controls.ts'
import { profilePatchOf, settingsOf } from './network-profile.ts'
import type { NetworkSettings } from './settings.ts'

const byKey = Object.fromEntries(networkControls.map((control) => [control.key, control]))

test('a loss slider offers 7 % as the ratio 0.07, without a rounding error', () => {
  expect(byKey['lossRatio']?.stops).toContain(0.07)
})

for (const control of networkControls) {
  test(`${control.label}: what is shown reads back as the same value, at every stop`, () => {
    for (const stop of control.stops.filter(Number.isFinite)) {
      expect(control.fromShown(String(control.toShown(stop)))).toBe(stop)
    }
  })
}

test('an empty rate is no limit, an empty loss makes no sense', () => {
  expect(byKey['rateBitsPerSecond']?.fromShown('')).toBe(Infinity)
  expect(byKey['lossRatio']?.fromShown('')).toBeUndefined()
})

test('a typed loss takes a comma, and nothing above 100 %', () => {
  expect(byKey['lossRatio']?.fromShown('2,5')).toBe(0.025)
  expect(byKey['lossRatio']?.fromShown('101')).toBeUndefined()
  expect(byKey['lossRatio']?.fromShown('much')).toBeUndefined()
})

test('nearestStop finds the stop beside a value, and infinity', () => {
  expect(nearestStop([0, 1, 2, 5, Infinity], 3.9)).toBe(3)
  expect(nearestStop([0, 1, 2, 5, Infinity], Infinity)).toBe(4)
})

const networks: readonly NetworkSettings[] = [
  { lossRatio: 0, rateBitsPerSecond: Infinity, oneWayDelayMs: 0, queueMs: 200, seed: 1 },
  { lossRatio: 0.05, rateBitsPerSecond: 6_000_000, oneWayDelayMs: 35, queueMs: 50, seed: 7 },
]

for (const network of networks) {
  test(`profilePatchOf makes any profile into one of loss ${network.lossRatio}, as settingsOf reads it`, () => {
    const before = readLinkProfile({
      seed: 3,
      downlink: { rateBitsPerSecond: 1_000_000, loss: { kind: 'random', lossRatio: 0.5 } },
    })
    if (!before.ok) throw new Error(before.problems.join())
    const after = mergeProfile(before.profile, profilePatchOf(network))
    expect(after.ok && settingsOf(after.profile)).toEqual(network)
  })
}
