import { expect, test } from 'vitest'
import { linkPresets } from './presets.ts'
import { mergeProfile, readLinkProfile } from './profile.ts'

const full = {
  name: 'evening-lte',
  seed: 7,
  downlink: {
    rateBitsPerSecond: 6_000_000,
    queueMs: 200,
    oneWayDelayMs: 35,
    loss: { kind: 'random', lossRatio: 0.01 },
  },
}

test('readLinkProfile reads a profile with every key', () => {
  expect(readLinkProfile(full)).toEqual({ ok: true, profile: full })
})

test('readLinkProfile makes an empty profile a perfect line with seed 1', () => {
  expect(readLinkProfile({})).toEqual({ ok: true, profile: { seed: 1, downlink: {} } })
})

for (const { name, profile } of linkPresets) {
  test(`readLinkProfile accepts the preset ${name}`, () =>
    expect(readLinkProfile(profile)).toEqual({ ok: true, profile }))
}

/** Every text of a problem. */
const problems: [value: unknown, problem: string][] = [
  ['x', 'link must be an object of name, seed, downlink, got "x"'],
  [null, 'link must be an object of name, seed, downlink, got null'],
  [{ colour: 1 }, 'link.colour is unknown; known here: name, seed, downlink'],
  [{ name: '' }, 'link.name must be a text of 1 to 60 characters, got ""'],
  [{ seed: 1.5 }, 'link.seed must be a whole number from 0 to 4294967295, got 1.5'],
  [{ seed: -1 }, 'link.seed must be a whole number from 0 to 4294967295, got -1'],
  [{ downlink: 4 }, 'link.downlink must be an object of rateBitsPerSecond, queueMs, oneWayDelayMs, loss, got 4'],
  [{ downlink: { queueMs: '1s' } }, 'link.downlink.queueMs must be a number from 1 to 10000, got "1s"'],
  [{ downlink: { oneWayDelayMs: -1 } }, 'link.downlink.oneWayDelayMs must be a number from 0 to 10000, got -1'],
  [
    { downlink: { rateBitsPerSecond: 7 } },
    'link.downlink.rateBitsPerSecond must be a number from 8000 to 10000000000, got 7',
  ],
  [{ downlink: { loss: {} } }, 'link.downlink.loss.kind must be "random", got nothing'],
  [
    { downlink: { loss: { kind: 'random', lossRatio: 2 } } },
    'link.downlink.loss.lossRatio must be a number from 0 to 1, got 2',
  ],
]
for (const [value, problem] of problems) {
  test(`readLinkProfile tells: ${problem}`, () => {
    const read = readLinkProfile(value, 'link')
    expect(read.ok ? [] : read.problems).toContain(problem)
  })
}

test('readLinkProfile tells all problems at once', () => {
  const read = readLinkProfile({ seed: 'a', x: 1, downlink: { queueMs: 0, y: 1, z: 1 } })
  expect(read.ok ? 0 : read.problems.length).toBe(5)
})

test('mergeProfile changes what the patch names and keeps the rest', () => {
  const merged = mergeProfile({ seed: 7, downlink: { queueMs: 50, oneWayDelayMs: 35 } }, { downlink: { queueMs: 80 } })
  expect(merged).toEqual({ ok: true, profile: { seed: 7, downlink: { queueMs: 80, oneWayDelayMs: 35 } } })
})

test('mergeProfile removes a key that is null', () => {
  const merged = mergeProfile(
    { seed: 7, downlink: { rateBitsPerSecond: 1e6 } },
    { downlink: { rateBitsPerSecond: null } },
  )
  expect(merged).toEqual({ ok: true, profile: { seed: 7, downlink: {} } })
})

test('mergeProfile refuses a patch that makes no profile', () => {
  const merged = mergeProfile({ seed: 7, downlink: {} }, { downlink: { loss: { lossRatio: 0.1 } } })
  expect(merged).toEqual({ ok: false, problems: ['profile.downlink.loss.kind must be "random", got nothing'] })
})
