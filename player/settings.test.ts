import { expect, test } from 'vitest'
import { readCompareSettings, writeCompareSettings, type CompareSettings } from './settings.ts'

const plain: CompareSettings = {
  side: 'hls',
  variant: undefined,
  link: 'default',
  network: {},
  jitterBufferMs: 200,
  udp: 'data-channel',
  startSeconds: 0,
}

const cases: readonly { name: string; search: string; settings: CompareSettings }[] = [
  { name: 'the defaults', search: '?side=hls', settings: plain },
  {
    name: 'every setting',
    search:
      '?side=udp&variant=720p&link=a1&lossRatio=0.05&rateBitsPerSecond=6000000&oneWayDelayMs=35&queueMs=200&seed=7' +
      '&jitterBufferMs=100&udp=ws&startSeconds=12.5',
    settings: {
      side: 'udp',
      variant: '720p',
      link: 'a1',
      network: { lossRatio: 0.05, rateBitsPerSecond: 6_000_000, oneWayDelayMs: 35, queueMs: 200, seed: 7 },
      jitterBufferMs: 100,
      udp: 'ws',
      startSeconds: 12.5,
    },
  },
  {
    name: 'a line without a limit and without loss',
    search: '?side=udp&lossRatio=0&rateBitsPerSecond=unlimited',
    settings: { ...plain, side: 'udp', network: { lossRatio: 0, rateBitsPerSecond: Infinity } },
  },
]

for (const { name, search, settings } of cases) {
  test(`readCompareSettings reads ${name}`, () => expect(readCompareSettings(search)).toEqual(settings))
  test(`writeCompareSettings writes ${name}`, () => expect(writeCompareSettings(settings)).toBe(search))
}

for (const search of [
  '?lossRatio=2',
  '?lossRatio=much',
  '?seed=1.5',
  '?seed=-1',
  '?queueMs=0',
  '?oneWayDelayMs=',
  '?lossRatio=unlimited',
  '?jitterBufferMs=9999',
  '?side=tcp',
  '?udp=quic',
]) {
  test(`readCompareSettings takes ${search} for absent`, () => expect(readCompareSettings(search)).toEqual(plain))
}
