import { expect, test } from 'vitest'
import { readCompareSettings, writeCompareSettings, type CompareSettings } from './settings.ts'

const plain: CompareSettings = {
  side: 'hls',
  variants: { hls: undefined, udp: undefined },
  inStep: false,
  soundFrom: 'hls',
  speedRatio: 1,
  link: 'default',
  preset: undefined,
  network: {},
  jitterBufferMs: 200,
  udp: 'data-channel',
  way: 'raw',
  third: undefined,
  nack: true,
  startSeconds: 0,
}

const cases: readonly { name: string; search: string; settings: CompareSettings }[] = [
  { name: 'the defaults', search: '?side=hls', settings: plain },
  {
    name: 'every setting',
    search:
      '?side=both&variant=720p&inStep=true&sound=udp&speed=1.5&link=a1&preset=lte&rateBitsPerSecond=6000000&oneWayDelayMs=35&lossRatio=0.05' +
      '&meanBurstMs=80&meanBurstPackets=3&jitterMs=5&queueMs=200&uplinkRateBitsPerSecond=1500000' +
      '&uplinkOneWayDelayMs=20&seed=7&lossKind=bad-moments&congestionControl=bbr&sharing=shared&udpBlocked=true' +
      '&rtspBlocked=true&jitterBufferMs=100&udp=ws&way=rtx&third=fec&nack=off&startSeconds=12.5',
    settings: {
      side: 'both',
      variants: { hls: '720p', udp: '720p' },
      inStep: true,
      soundFrom: 'udp',
      speedRatio: 1.5,
      link: 'a1',
      preset: 'lte',
      network: {
        rateBitsPerSecond: 6_000_000,
        oneWayDelayMs: 35,
        lossRatio: 0.05,
        lossKind: 'bad-moments',
        meanBurstMs: 80,
        meanBurstPackets: 3,
        jitterMs: 5,
        queueMs: 200,
        uplinkRateBitsPerSecond: 1_500_000,
        uplinkOneWayDelayMs: 20,
        congestionControl: 'bbr',
        sharing: 'shared',
        udpBlocked: true,
        rtspBlocked: true,
        seed: 7,
      },
      jitterBufferMs: 100,
      udp: 'ws',
      way: 'rtx',
      third: 'fec',
      nack: false,
      startSeconds: 12.5,
    },
  },
  {
    name: 'HLS that chooses beside UDP at a fixed variant',
    search: '?side=both&udpVariant=720p',
    settings: { ...plain, side: 'both', variants: { hls: undefined, udp: '720p' } },
  },
  {
    name: 'a line without a limit, without loss, with UDP let through',
    search: '?side=udp&rateBitsPerSecond=unlimited&lossRatio=0&lossKind=random&udpBlocked=false',
    settings: {
      ...plain,
      side: 'udp',
      network: { lossRatio: 0, lossKind: 'random', rateBitsPerSecond: Infinity, udpBlocked: false },
    },
  },
]

const changing = {
  generator: {
    kind: 'sawtooth',
    lowestRateBitsPerSecond: 500_000,
    highestRateBitsPerSecond: 6_000_000,
    periodSeconds: 20,
  },
  uplinkGenerator: { kind: 'markov' },
  changes: [{ atSeconds: 20, set: { downlink: { rateBitsPerSecond: 1_000_000 } } }],
} as const

test('a generated rate and scheduled changes stand in the address as the JSON of the profile', () => {
  const search = writeCompareSettings({ ...plain, network: changing })
  expect(new URLSearchParams(search).get('changes')).toBe(
    '[{"atSeconds":20,"set":{"downlink":{"rateBitsPerSecond":1000000}}}]',
  )
  expect(readCompareSettings(search).network).toEqual(changing)
})

test('an address says that nothing changes by itself in one word', () => {
  expect(writeCompareSettings({ ...plain, network: { changes: [] } })).toBe('?side=hls&changes=none')
  expect(readCompareSettings('?side=hls&changes=none').network).toEqual({ changes: [] })
})

for (const { name, search, settings } of cases) {
  test(`readCompareSettings reads ${name}`, () => expect(readCompareSettings(search)).toEqual(settings))
  test(`writeCompareSettings writes ${name}`, () => expect(writeCompareSettings(settings)).toBe(search))
}

test('an address from before there were kinds of loss means a loss of each packet at random', () => {
  const old = '?side=udp&lossRatio=0.05&rateBitsPerSecond=6000000&oneWayDelayMs=35&queueMs=200&seed=7'
  expect(readCompareSettings(old).network).toEqual({
    lossRatio: 0.05,
    lossKind: 'random',
    rateBitsPerSecond: 6_000_000,
    oneWayDelayMs: 35,
    queueMs: 200,
    seed: 7,
  })
})

test('an address that names no side shows what a newcomer sees, one that names a side shows that', () => {
  expect(readCompareSettings('?seed=7', 'both').side).toBe('both')
  expect(readCompareSettings('?side=udp&seed=7', 'both').side).toBe('udp')
})

test('writeCompareSettings leaves out what a preset has in its own way', () => {
  const network = { rateBitsPerSecond: 'as-preset', queueMs: 'as-preset', seed: 7 } as const
  expect(writeCompareSettings({ ...plain, preset: 'train', network })).toBe('?side=hls&preset=train&seed=7')
})

for (const search of [
  '?lossRatio=2',
  '?lossRatio=much',
  '?seed=1.5',
  '?seed=-1',
  '?queueMs=0',
  '?oneWayDelayMs=',
  '?lossRatio=unlimited',
  '?lossKind=often',
  '?udpBlocked=1',
  '?rateBitsPerSecond=as-preset',
  '?changes=20:rate=1',
  '?changes={"atSeconds":20}',
  '?changes=[{"atSeconds":"20","set":{}}]',
  '?generator={"kind":"often"}',
  '?generator=markov',
  '?jitterBufferMs=9999',
  '?side=tcp',
  '?udp=quic',
  '?speed=3',
  '?inStep=1',
  '?sound=both',
]) {
  test(`readCompareSettings takes ${search} for absent`, () => expect(readCompareSettings(search)).toEqual(plain))
}
