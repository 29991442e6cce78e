import { expect, test } from 'vitest'
import { linkPresets } from './presets.ts'

test('linkPresets has 15 lines, each with both directions and the source of its numbers', () => {
  expect(linkPresets.map(({ name }) => name)).toEqual([
    'perfect',
    'fibre',
    'cable',
    'dsl',
    'wifi',
    'hotel-wifi',
    '3g',
    'lte',
    'lte-walking',
    'train',
    'satellite-geo',
    'satellite-leo',
    'office',
    'lossy',
    'slow',
  ])
  for (const { name, title, source, profile } of linkPresets) {
    expect([profile.name, title !== '', source !== '', profile.uplink !== undefined]).toEqual([name, true, true, true])
  }
})

test('linkPresets lose by moments in time alone, the same for TCP and UDP', () => {
  const losses = linkPresets.flatMap(({ profile: { downlink, uplink } }) => [downlink.loss, uplink?.loss])
  expect(new Set(losses.map((loss) => loss?.kind))).toEqual(new Set([undefined, 'bad-moments']))
})
