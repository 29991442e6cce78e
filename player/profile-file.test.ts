import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import { readProfileText, writeProfileJson, writeProfileYaml } from './profile-file.ts'

test('a profile saved as YAML or JSON opens as the same profile, every preset', () => {
  for (const { profile } of linkPresets) {
    expect(readProfileText(writeProfileYaml(profile))).toEqual({ ok: true, profile })
    expect(readProfileText(writeProfileJson(profile))).toEqual({ ok: true, profile })
  }
})

test('a profile is read with `link:` around it as in weir.yaml, and without', () => {
  const profile = { seed: 7, downlink: { rateBitsPerSecond: 1_000_000 } }
  expect(readProfileText('link:\n  seed: 7\n  downlink: { rateBitsPerSecond: 1000000 }\n')).toEqual({
    ok: true,
    profile,
  })
  expect(readProfileText('seed: 7\ndownlink: { rateBitsPerSecond: 1000000 }\n')).toEqual({ ok: true, profile })
})

test('everything that is wrong is told, each with its path', () => {
  const read = readProfileText('link:\n  sead: 7\n  downlink: { queueMs: 1s }\n')
  expect(read).toEqual({
    ok: false,
    problems: [
      'link.downlink.queueMs must be a number from 1 to 10000, got "1s"',
      'link.sead is unknown; known here: name, seed, sharing, applyTo, downlink, uplink, udpBlocked, rtspBlocked, tcp, changes',
    ],
  })
})

test('a file that is no text of a profile is refused with its line', () => {
  expect(readProfileText('link: [1, 2')).toMatchObject({ ok: false, problems: [expect.stringContaining('line 1')] })
  expect(readProfileText('')).toMatchObject({ ok: false })
  expect(readProfileText('x'.repeat(1_000_001))).toEqual({
    ok: false,
    problems: ['must have at most 1000000 characters, got 1000001'],
  })
})

test('applyTo is the configuration’s: it is not saved', () => {
  expect(writeProfileYaml({ seed: 1, downlink: {}, applyTo: 'everyone' })).not.toContain('applyTo')
})
