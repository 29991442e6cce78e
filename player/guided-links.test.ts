import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { nextAddresses } from './guided-links.ts'
import { withSettings } from './network-profile.ts'
import { readCompareSettings } from './settings.ts'
import { readWhatIfSettings } from './what-if-settings.ts'

const far: LinkProfile = {
  seed: 0,
  name: 'far',
  tcp: { congestionControl: 'bbr' },
  downlink: { rateBitsPerSecond: 8e6, queueMs: 1000, oneWayDelayMs: 100, loss: { kind: 'random', lossRatio: 0.01 } },
  uplink: { rateBitsPerSecond: 2e6, oneWayDelayMs: 100 },
  changes: [{ atSeconds: 20, set: { downlink: { rateBitsPerSecond: 8e5 } } }],
}
const scenario = { networks: [{ name: 'far', profile: far }], seeds: [7, 8] } as Partial<Scenario> as Scenario
const perfect: LinkProfile = { seed: 0, downlink: {}, uplink: {} }

test('nextAddresses opens the very line and first seed on the compare page, with what it is told besides', () => {
  const { compare = '' } = nextAddresses({ says: '', network: 'far', query: { way: 'rtx' } }, scenario, 'a b')
  const { pathname, search } = new URL(compare, 'http://weir')
  const { network, side, preset } = readCompareSettings(search)
  expect([pathname, side, preset, new URLSearchParams(search).get('way')]).toEqual([
    '/compare/a%20b',
    'both',
    'perfect',
    'rtx',
  ])
  const { name: _name, ...line } = far
  expect(withSettings(perfect, network)).toEqual({ ...line, seed: 7 })
})

test('nextAddresses opens a map around that line on the what-if page', () => {
  const axes = { x: 'oneWayDelayMs', y: 'lossRatio', measure: 'freezeRatio' }
  const { map = '' } = nextAddresses({ says: '', network: 'far', axes }, scenario, 'clip')
  const { pathname, search } = new URL(map, 'http://weir')
  expect(pathname).toBe('/what-if/clip')
  expect(readWhatIfSettings(search)).toMatchObject({
    ...axes,
    network: { congestionControl: 'bbr', seed: 7, queueMs: 1000 },
  })
})

test('nextAddresses has none for a step without a line', () => {
  expect(nextAddresses({ says: '' }, scenario, 'clip')).toEqual({})
})
