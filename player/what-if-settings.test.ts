import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import { MAP_AXES, mapAxisValues } from '../simulation/map-axes.ts'
import { plannedRuns } from '../simulation/planned-runs.ts'
import { withSettings } from './network-profile.ts'
import { readCompareSettings, writeCompareSettings } from './settings.ts'
import {
  cellProfile,
  cellSides,
  compareAddress,
  jobKey,
  readWhatIfSettings,
  withAxis,
  withLossKind,
  writeWhatIfSettings,
} from './what-if-settings.ts'

const baseOf = (name: string): LinkProfile => ({
  ...linkPresets.find((preset) => preset.name === name)!.profile,
  name,
  seed: 0,
})

test('readWhatIfSettings begins with loss over rate on a line of 20 ms, seed 1', () => {
  expect(readWhatIfSettings('')).toEqual({
    x: 'rateBitsPerSecond',
    y: 'lossRatio',
    measure: 'freezeRatio',
    shown: 'winner',
    variant: undefined,
    abr: 'fixed',
    repair: 'off',
    seconds: 20,
    preset: 'perfect',
    network: { oneWayDelayMs: 20, seed: 1 },
    jitterBufferMs: 200,
  })
})

test('an address that sets a network keeps to it: nothing of a newcomer’s is added', () => {
  expect(readWhatIfSettings('?preset=lte').network).toEqual({ seed: 1 })
  expect(readWhatIfSettings('?lossRatio=0.02&lossKind=bad-moments').network).toEqual({
    lossRatio: 0.02,
    lossKind: 'bad-moments',
    seed: 1,
  })
})

for (const query of [
  '',
  '?x=oneWayDelayMs&y=meanBurstMs&measure=startupMs&shown=hls&seconds=60&variant=360p&preset=lte-walking&seed=9',
  '?x=jitterBufferMs&preset=hotel-wifi&lossRatio=0.03&lossKind=gilbert-elliott&meanBurstPackets=8&jitterBufferMs=400',
]) {
  test(`writeWhatIfSettings of "${query}" reads back the same`, () => {
    const settings = readWhatIfSettings(query)
    expect(readWhatIfSettings(writeWhatIfSettings(settings))).toEqual(settings)
  })
}

test('what makes no sense counts as absent, two equal axes as one', () => {
  const { x, y, measure, seconds } = readWhatIfSettings('?x=lossRatio&y=lossRatio&measure=joy&seconds=7')
  expect([x, y, measure, seconds]).toEqual(['lossRatio', 'rateBitsPerSecond', 'freezeRatio', 20])
})

test('withAxis swaps the axes when the other one has the name', () => {
  const settings = readWhatIfSettings('')
  expect(withAxis(settings, 'x', 'lossRatio')).toMatchObject({ x: 'lossRatio', y: 'rateBitsPerSecond' })
  expect(withAxis(settings, 'y', 'oneWayDelayMs')).toMatchObject({ x: 'rateBitsPerSecond', y: 'oneWayDelayMs' })
})

test('a cell is the cell of a sweep over the same grid', () => {
  const settings = readWhatIfSettings('?preset=cable&seed=7')
  const base = baseOf('cable')
  const [run] = plannedRuns({
    name: 'one cell',
    mode: 'virtual',
    source: { kind: 'model', seconds: 20, variants: [] },
    durationSeconds: 20,
    sides: cellSides(settings, { x: 3_000_000, y: 0.02 }),
    networks: [{ name: 'cable', profile: base }],
    grid: [
      { name: 'lossRatio', values: [0.02] },
      { name: 'rateBitsPerSecond', values: [3_000_000] },
    ],
    seeds: [7],
    budgets: [],
  })
  const { queueMs: _default, ...downlink } = run!.profile.downlink // 200 ms, as where there is none
  expect(cellProfile(base, settings, { x: 3_000_000, y: 0.02 })).toEqual({ ...run!.profile, downlink })
  expect(run!.sides).toEqual([
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off', jitterBufferMs: 200 } },
  ])
})

test('the compare page makes of a cell’s address its very line, for every preset and axis', () => {
  for (const { name } of linkPresets) {
    for (const y of MAP_AXES.filter((axis) => axis !== 'rateBitsPerSecond')) {
      const settings = readWhatIfSettings(`?preset=${name}&seed=7&y=${y}`)
      const base = baseOf(name)
      const point = { x: mapAxisValues('rateBitsPerSecond', 5e6)[6]!, y: mapAxisValues(y, 5e6)[9]! }
      const address = new URL(compareAddress('clip', '720p', settings, base, point), 'http://weir')
      const compared = readCompareSettings(address.search)
      expect(withSettings({ ...base, seed: 3 }, compared.network)).toEqual(cellProfile(base, settings, point))
      expect([compared.preset, compared.network.seed]).toEqual([name, 7])
      expect(compared.jitterBufferMs).toBe(y === 'jitterBufferMs' ? point.y : 200)
    }
  }
})

test('the compare page shows the fixed variant on both sides, and lets HLS choose where a rule did', () => {
  const settings = readWhatIfSettings('')
  const point = { x: 1e6, y: 0.01 }
  const variantsOf = (address: string) => readCompareSettings(new URL(address, 'http://weir').search).variants
  expect(variantsOf(compareAddress('clip', '720p', settings, baseOf('perfect'), point))).toEqual({
    hls: '720p',
    udp: '720p',
  })
  const byRule = { ...settings, abr: 'bola' as const }
  expect(variantsOf(compareAddress('clip', '720p', byRule, baseOf('perfect'), point))).toEqual({
    hls: undefined,
    udp: '720p',
  })
})

test('a chosen loss keeps its kind in the address: that of the preset, else of bad moments', () => {
  for (const [preset, lossKind] of [
    ['perfect', 'bad-moments'],
    ['hotel-wifi', 'bad-moments'],
  ] as const) {
    const chosen = { ...readWhatIfSettings(`?preset=${preset}`), network: { seed: 1, lossRatio: 0.02 } }
    const settings = withLossKind(chosen, baseOf(preset))
    expect(settings.network.lossKind).toBe(lossKind)
    const again = readWhatIfSettings(writeWhatIfSettings(settings))
    expect(jobKey(again, baseOf(preset))).toBe(jobKey(settings, baseOf(preset)))
  }
})

test('jobKey is the same for every cell and measure of a map, another for each setting of its runs', () => {
  const base = baseOf('lte')
  const keyOf = (query: string) => jobKey(readWhatIfSettings(query), base)
  const key = keyOf('?preset=lte&seed=7')
  const loss = 'lossRatio=0.05&lossKind=bad-moments'
  expect(keyOf(`?preset=lte&seed=7&rateBitsPerSecond=3000000&${loss}&measure=stallMs&shown=hls`)).toBe(key)
  for (const other of ['seed=8', 'seed=7&oneWayDelayMs=90', 'seed=7&jitterBufferMs=300', 'seed=7&repair=rtx']) {
    expect(keyOf(`?preset=lte&${other}`)).not.toBe(key)
  }
  expect(keyOf('?preset=lte&seed=7&lossRatio=0.05')).not.toBe(key) // each packet at random
  const onBuffer = (ms: number) => keyOf(`?preset=lte&x=jitterBufferMs&jitterBufferMs=${ms}`)
  expect(onBuffer(100)).toBe(onBuffer(300))
})

test('the compare page’s own settings, written for this page, are its network here', () => {
  const compared = readCompareSettings('?side=both&preset=lte&lossRatio=0.02&lossKind=bad-moments&variant=480p&seed=9')
  expect(readWhatIfSettings(writeCompareSettings(compared))).toMatchObject({
    preset: 'lte',
    variant: '480p',
    network: { lossRatio: 0.02, lossKind: 'bad-moments', seed: 9 },
  })
})
