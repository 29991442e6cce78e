import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import { mergeProfile, type LinkProfile } from '../link/profile.ts'
import { patchBetween, sameNetwork, settingsOf, tellingSettings, withSettings, withTrace } from './network-profile.ts'
import { readCompareSettings, writeCompareSettings, type NetworkSettings } from './settings.ts'

const train: LinkProfile = {
  name: 'train',
  seed: 3,
  downlink: { trace: [[4000, 2], [0, 0.5]], queueBytes: 60_000, oneWayDelayMs: 35, reorderRatio: 0.01 },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.01 } },
  tcp: { tlsRoundTrips: 1 },
} // prettier-ignore
const plain: LinkProfile = { seed: 1, downlink: {} }

/** What the server makes of the page's patch. */
function patched(before: LinkProfile, after: LinkProfile): LinkProfile {
  const read = mergeProfile(before, patchBetween(before, after))
  if (!read.ok) throw new Error(read.problems.join())
  return read.profile
}

test('withSettings leaves alone what the panel does not show', () => {
  expect(withSettings(train, {})).toEqual(train)
  expect(withSettings(train, { lossRatio: 0.02, congestionControl: 'bbr' })).toEqual({
    ...train,
    downlink: { ...train.downlink, loss: { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 50 } },
    tcp: { tlsRoundTrips: 1, congestionControl: 'bbr' },
  })
})

test('withSettings takes a trace away for a rate, a queue in bytes for one in milliseconds', () => {
  const { downlink } = withSettings(train, { rateBitsPerSecond: 2_000_000, queueMs: 50 })
  expect(downlink).toEqual({ rateBitsPerSecond: 2_000_000, queueMs: 50, oneWayDelayMs: 35, reorderRatio: 0.01 })
})

test('a delay is set in both directions, the uplink’s alone if asked', () => {
  const both = withSettings(train, { oneWayDelayMs: 100 })
  expect([both.downlink.oneWayDelayMs, both.uplink?.oneWayDelayMs]).toEqual([100, 100])
  const one = withSettings(train, { uplinkOneWayDelayMs: 5 })
  expect([one.downlink.oneWayDelayMs, one.uplink?.oneWayDelayMs]).toEqual([35, 5])
})

test('a kind of loss that was chosen stays chosen at no loss; neutral settings leave nothing behind', () => {
  expect(withSettings(plain, { lossKind: 'random' }).downlink.loss).toEqual({ kind: 'random', lossRatio: 0 })
  const set = withSettings(plain, { lossRatio: 0.1, oneWayDelayMs: 5, jitterMs: 1, queueMs: 50, udpBlocked: true })
  const back = { lossRatio: 0, oneWayDelayMs: 0, jitterMs: 0, queueMs: 200, udpBlocked: false } as const
  expect(withSettings(set, back)).toEqual(plain)
})

const wishes: readonly Partial<NetworkSettings>[] = [
  {},
  { rateBitsPerSecond: 3_000_000, queueMs: 100, oneWayDelayMs: 50, jitterMs: 5, seed: 9 },
  { lossRatio: 0.05, lossKind: 'random' },
  { lossRatio: 0.05, lossKind: 'gilbert-elliott', meanBurstPackets: 6 },
  { lossRatio: 0.01, lossKind: 'bad-moments', meanBurstMs: 120 },
  { sharing: 'shared', udpBlocked: true, congestionControl: 'reno', uplinkRateBitsPerSecond: 500_000 },
  { generator: { kind: 'markov' }, uplinkGenerator: { kind: 'steps', ratesBitsPerSecond: [1e6, 0], stepSeconds: 2 } },
  { changes: [{ atSeconds: 20, set: { downlink: { rateBitsPerSecond: 1_000_000, trace: null, generator: null } } }] },
]
const networks = wishes.map((wish) => withSettings(plain, wish))

test('patchBetween makes any network into any other, as the server applies it', () => {
  for (const before of [...networks, train]) {
    for (const after of [...networks, train]) expect(patched(before, after)).toEqual(after)
  }
})

test('sameNetwork sees past seed and name, and past what means nothing', () => {
  expect(sameNetwork({ ...train, seed: 8, name: 'other' }, train)).toBe(true)
  expect(sameNetwork({ seed: 1, downlink: { queueMs: 200, oneWayDelayMs: 0 } }, plain)).toBe(true)
  expect(sameNetwork(withSettings(train, { jitterMs: 1 }), train)).toBe(false)
})

test('the address of any network, begun with a preset or not, makes it again on another link', () => {
  const elsewhere = withSettings(networks[1]!, wishes.at(-1)!)
  for (const base of [undefined, plain, ...linkPresets.map(({ profile }) => profile), train]) {
    for (const wish of wishes) {
      const made = withSettings(base ?? plain, wish)
      const network = tellingSettings(settingsOf(made), base && settingsOf(base))
      const settings = { ...readCompareSettings(''), preset: base?.name, network }
      const read = readCompareSettings(writeCompareSettings(settings)).network
      expect(settingsOf(withSettings(base ?? elsewhere, read))).toEqual(settingsOf(made))
    }
  }
})

test('an address tells of a preset that was not touched the seed alone', () => {
  expect(tellingSettings(settingsOf({ ...train, seed: 12 }), settingsOf(train))).toEqual({ seed: 12 })
})

test('a generator takes the place of a rate and of a trace, and a rate that of a generator', () => {
  const generator = { kind: 'markov' } as const
  for (const before of [train, networks[1]!]) {
    const { downlink } = withSettings(before, { generator })
    expect(downlink).toEqual({ ...downlink, generator })
    expect([downlink.rateBitsPerSecond, downlink.trace]).toEqual([undefined, undefined])
  }
  const back = withSettings(withSettings(train, { generator }), { rateBitsPerSecond: 5_000_000 }).downlink
  expect([back.generator, back.rateBitsPerSecond]).toEqual([undefined, 5_000_000])
})

test('withTrace puts the rate of a file on either direction; a delay that the file tells is that of both', () => {
  const ofFile: LinkProfile = { seed: 1, downlink: { trace: [[800, 4]], oneWayDelayMs: 60 } }
  const down = withTrace(networks[1]!, ofFile, 'downlink')
  expect([down.downlink.trace, down.downlink.rateBitsPerSecond]).toEqual([[[800, 4]], undefined])
  expect([down.downlink.oneWayDelayMs, down.uplink?.oneWayDelayMs]).toEqual([60, 60])
  const up = withTrace(train, { seed: 1, downlink: { trace: [1, 2] } }, 'uplink')
  expect(up.uplink).toEqual({ trace: [1, 2], oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.01 } })
  expect(up.downlink).toEqual(train.downlink)
})
