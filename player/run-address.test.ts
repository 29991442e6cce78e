import { expect, test } from 'vitest'
import { settingsOf } from './network-profile.ts'
import { repeatingQuery } from './run-address.ts'
import { readCompareSettings } from './settings.ts'

const profile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 3e6, oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.05 } },
  changes: [{ atSeconds: 3, set: { downlink: { rateBitsPerSecond: 1e6 } } }],
} as const

test('repeatingQuery has every setting in it, and reads back as what was run', () => {
  const settings = readCompareSettings('?side=both&hlsVariant=360p&link=a1&jitterBufferMs=80&udp=ws&sound=udp')
  const network = settingsOf(profile)
  const query = repeatingQuery(settings, network, 12.3456)
  const { network: repeated, ...others } = readCompareSettings(query)
  const { generator: _none, uplinkGenerator: _noneEither, ...told } = network
  expect(repeated).toEqual(told)
  expect(others).toEqual({ ...settings, network: undefined, link: 'default', startSeconds: 12.346 })
})

test('repeatingQuery tells what is as by default too, so that another default changes nothing', () => {
  const query = new URLSearchParams(repeatingQuery(readCompareSettings('?side=hls'), settingsOf(profile), 0))
  const byDefault = {
    inStep: 'false',
    jitterBufferMs: '200',
    udp: 'data-channel',
    way: 'raw',
    nack: 'on',
    startSeconds: '0',
    sharing: 'separate',
  }
  expect(Object.fromEntries(query)).toMatchObject(byDefault)
  expect(query.has('link')).toBe(false)
})
