import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { linkPresets } from './presets.ts'
import { mergeProfile, readLinkProfile } from './profile.ts'

const full = {
  name: 'evening-lte',
  seed: 7,
  sharing: 'separate',
  downlink: {
    rateBitsPerSecond: 6_000_000,
    queueMs: 200,
    oneWayDelayMs: 35,
    jitterMs: 5,
    reorderRatio: 0,
    duplicateRatio: 0.001,
    loss: { kind: 'bad-moments', lossRatio: 0.01, meanBurstMs: 50 },
  },
  uplink: {
    trace: [
      [1500, 20],
      [0, 0.5],
    ],
    queueBytes: 30_000,
    oneWayDelayMs: 35,
    loss: { kind: 'gilbert-elliott', lossRatio: 0.01, meanBurstPackets: 4 },
  },
  udpBlocked: false,
  tcp: { congestionControl: 'cubic', tlsRoundTrips: 1 },
  changes: [
    { atSeconds: 20, set: { downlink: { rateBitsPerSecond: 1_000_000 } } },
    { atSeconds: 40, set: { downlink: { loss: null }, udpBlocked: true } },
  ],
}

test('readLinkProfile reads a profile with every key', () => {
  expect(readLinkProfile(full)).toEqual({ ok: true, profile: full })
})

test('readLinkProfile reads what weir.example.yaml shows, with every key but the name', () => {
  const shown = readFileSync('weir.example.yaml', 'utf8').replace('  downlink: {}\n', '')
  const { link } = parse(shown.replaceAll(/^ {2}# (?= *(\w+:|- \{))/gm, '  '))
  expect(['name', ...Object.keys(link)].toSorted()).toEqual(keys.split(', ').toSorted())
  expect(readLinkProfile(link, 'link', 'configuration')).toEqual({ ok: true, profile: link })
})

test('readLinkProfile makes an empty profile a perfect line with seed 1', () => {
  expect(readLinkProfile({})).toEqual({ ok: true, profile: { seed: 1, downlink: {} } })
})

for (const { name, profile } of linkPresets) {
  test(`readLinkProfile accepts the preset ${name}`, () =>
    expect(readLinkProfile(profile)).toEqual({ ok: true, profile }))
}

const generators = [
  { kind: 'steps', ratesBitsPerSecond: [1_000_000, 0], stepSeconds: 5 },
  { kind: 'spike', rateBitsPerSecond: 4_000_000, spikeRateBitsPerSecond: 0, periodSeconds: 20, spikeSeconds: 2 },
  { kind: 'sawtooth', lowestRateBitsPerSecond: 0, highestRateBitsPerSecond: 4_000_000, periodSeconds: 30 },
  { kind: 'markov' },
  { kind: 'markov', ratesBitsPerSecond: [500_000], meanDwellSeconds: 2, outagesPerMinute: 0 },
]
for (const generator of generators) {
  test(`readLinkProfile reads a generator of ${JSON.stringify(Object.keys(generator))}`, () => {
    const profile = { seed: 1, downlink: { generator } }
    expect(readLinkProfile(profile)).toEqual({ ok: true, profile })
  })
}

test('readLinkProfile gives the changes in order of time', () => {
  const changes = [9, 3, 5].map((atSeconds) => ({ atSeconds, set: { udpBlocked: atSeconds === 3 } }))
  const read = readLinkProfile({ changes })
  expect(read.ok && read.profile.changes?.map(({ atSeconds }) => atSeconds)).toEqual([3, 5, 9])
})

test('applyTo belongs in the configuration alone, and a patch leaves it there', () => {
  const everyone = { seed: 1, downlink: {}, applyTo: 'everyone' } as const
  expect(readLinkProfile(everyone, 'link', 'configuration')).toEqual({ ok: true, profile: everyone })
  const told = ['link.applyTo belongs in the configuration\'s link alone, got "everyone"']
  expect(readLinkProfile(everyone, 'link')).toEqual({ ok: false, problems: told })
  expect(mergeProfile(everyone, { seed: 2 })).toEqual({ ok: true, profile: { ...everyone, seed: 2 } })
  expect(mergeProfile(everyone, { applyTo: 'page' }).ok).toBe(false)
})

const directionKeys =
  'rateBitsPerSecond, trace, generator, queueMs, queueBytes, oneWayDelayMs, jitterMs, reorderRatio, duplicateRatio, loss'
const keys = 'name, seed, sharing, applyTo, downlink, uplink, udpBlocked, rtspBlocked, tcp, changes'

/** Every text of a problem. */
const problems: [value: unknown, problem: string][] = [
  ['x', `link must be an object of ${keys}, got "x"`],
  [null, `link must be an object of ${keys}, got null`],
  [{ colour: 1 }, `link.colour is unknown; known here: ${keys}`],
  [{ name: '' }, 'link.name must be a text of 1 to 60 characters, got ""'],
  [{ seed: 1.5 }, 'link.seed must be a whole number from 0 to 4294967295, got 1.5'],
  [{ seed: -1 }, 'link.seed must be a whole number from 0 to 4294967295, got -1'],
  [{ sharing: 'both' }, 'link.sharing must be "separate" or "shared", got "both"'],
  [{ udpBlocked: 1 }, 'link.udpBlocked must be true or false, got 1'],
  [{ tcp: { congestionControl: 'vegas' } }, 'link.tcp.congestionControl must be "cubic", "reno" or "bbr", got "vegas"'],
  [{ tcp: { tlsRoundTrips: 3 } }, 'link.tcp.tlsRoundTrips must be 0, 1 or 2, got 3'],
  [{ downlink: 4 }, `link.downlink must be an object of ${directionKeys}, got 4`],
  [{ downlink: { queueMs: '1s' } }, 'link.downlink.queueMs must be a number from 1 to 10000, got "1s"'],
  [{ uplink: { queueBytes: 1 } }, 'link.uplink.queueBytes must be a number from 1500 to 1000000000, got 1'],
  [{ downlink: { oneWayDelayMs: -1 } }, 'link.downlink.oneWayDelayMs must be a number from 0 to 10000, got -1'],
  [{ downlink: { jitterMs: 10_001 } }, 'link.downlink.jitterMs must be a number from 0 to 10000, got 10001'],
  [{ downlink: { reorderRatio: 2 } }, 'link.downlink.reorderRatio must be a number from 0 to 1, got 2'],
  [{ downlink: { duplicateRatio: -1 } }, 'link.downlink.duplicateRatio must be a number from 0 to 1, got -1'],
  [
    { downlink: { rateBitsPerSecond: 7 } },
    'link.downlink.rateBitsPerSecond must be a number from 8000 to 10000000000, got 7',
  ],
  [
    { downlink: { loss: {} } },
    'link.downlink.loss.kind must be "random", "gilbert-elliott" or "bad-moments", got nothing',
  ],
  [{ downlink: { loss: 0.1 } }, 'link.downlink.loss must be an object with a kind, got 0.1'],
  [
    { downlink: { loss: { kind: 'random', lossRatio: 2 } } },
    'link.downlink.loss.lossRatio must be a number from 0 to 1, got 2',
  ],
  [
    { downlink: { loss: { kind: 'random', lossRatio: 0, meanBurstMs: 4 } } },
    'link.downlink.loss.meanBurstMs is unknown; known here: kind, lossRatio',
  ],
  [
    { downlink: { loss: { kind: 'gilbert-elliott', lossRatio: 0.9, meanBurstPackets: 4 } } },
    'link.downlink.loss.lossRatio must be at most 0.8 with bursts of 4 packets and one packet between, got 0.9',
  ],
  [
    { downlink: { rateBitsPerSecond: 1_000_000, loss: { kind: 'bad-moments', lossRatio: 0.1, meanBurstMs: 11 } } },
    'link.downlink.loss.meanBurstMs must be at least 12, the time of a full packet at 1000000 bit/s, got 11',
  ],
  [
    { downlink: { rateBitsPerSecond: 1e6, trace: [1] } },
    'link.downlink.trace cannot stand beside rateBitsPerSecond, got [1]',
  ],
  [
    { downlink: { generator: { kind: 'markov' }, trace: [1] } },
    'link.downlink.generator cannot stand beside trace, got {"kind":"markov"}',
  ],
  [{ downlink: { queueMs: 10, queueBytes: 3000 } }, 'link.downlink.queueBytes cannot stand beside queueMs, got 3000'],
  [{ downlink: { trace: 'x' } }, 'link.downlink.trace must be a list of [kbit/s, seconds] or of milliseconds, got "x"'],
  [{ downlink: { trace: [] } }, 'link.downlink.trace must have 1 to 500000 entries, got []'],
  [
    { downlink: { trace: [[100, 1], [100]] } },
    'link.downlink.trace.1 must be [0 to 10000000 kbit/s, 0.001 to 86400 seconds], got [100]',
  ],
  [{ downlink: { trace: [[0, 1]] } }, 'link.downlink.trace must have a rate above 0, got [[0,1]]'],
  [
    { downlink: { trace: [0, 3, 2] } },
    'link.downlink.trace.2 must be a whole millisecond up to 86400000, none before the one above, got 2',
  ],
  [{ downlink: { trace: [0] } }, 'link.downlink.trace must end after millisecond 0, got [0]'],
  [
    { downlink: { generator: { kind: 'sine' } } },
    'link.downlink.generator.kind must be "steps", "spike", "sawtooth" or "markov", got "sine"',
  ],
  [
    { downlink: { generator: { kind: 'steps', ratesBitsPerSecond: [0], stepSeconds: 1 } } },
    'link.downlink.generator.ratesBitsPerSecond must have a rate above 0, got [0]',
  ],
  [
    {
      uplink: {
        generator: {
          kind: 'spike',
          rateBitsPerSecond: 1e6,
          spikeRateBitsPerSecond: 0,
          periodSeconds: 5,
          spikeSeconds: 5,
        },
      },
    },
    'link.uplink.generator.spikeSeconds must be shorter than periodSeconds, got 5',
  ],
  [
    {
      uplink: {
        generator: {
          kind: 'sawtooth',
          lowestRateBitsPerSecond: 2e6,
          highestRateBitsPerSecond: 1e6,
          periodSeconds: 5,
        },
      },
    },
    'link.uplink.generator.lowestRateBitsPerSecond must not be above highestRateBitsPerSecond, got 2000000',
  ],
  [{ changes: 1 }, 'link.changes must be a list of 0 to 1000, got 1'],
  [{ changes: [{ set: {} }] }, 'link.changes.0.atSeconds must be a number from 0 to 86400, got nothing'],
  [
    { changes: [{ atSeconds: 1, set: { seed: 2 } }] },
    'link.changes.0.set.seed is unknown; known here: downlink, uplink, udpBlocked, rtspBlocked',
  ],
  [
    { changes: [{ atSeconds: 1, set: { downlink: { queueMs: 0 } } }] },
    'link.changes.0.set.downlink.queueMs must be a number from 1 to 10000, got 0',
  ],
  [
    {
      changes: [
        { atSeconds: 9, set: { downlink: { queueBytes: 3000 } } },
        { atSeconds: 3, set: { downlink: { queueMs: 50 } } },
      ],
    },
    'link.changes.0.set.downlink.queueBytes cannot stand beside queueMs, got 3000',
  ],
]
for (const [value, problem] of problems) {
  test(`readLinkProfile tells: ${problem}`, () => {
    const read = readLinkProfile(value, 'link')
    expect(read.ok ? [] : read.problems).toContain(problem)
  })
}

test('readLinkProfile tells all problems at once', () => {
  const read = readLinkProfile({
    seed: 'a',
    x: 1,
    downlink: { queueMs: 0, y: 1, z: 1, queueBytes: 2000 },
    applyTo: 'page',
  })
  expect(read.ok ? 0 : read.problems.length).toBe(7)
})

test('readLinkProfile tells problems or gives what it reads again alike, whatever it gets', () => {
  const words = fc.constantFrom(
    ...keys.split(', '),
    ...directionKeys.split(', '),
    'kind',
    'lossRatio',
    'atSeconds',
    'set',
  )
  const numbers = fc.constantFrom(0, 1, 0.5, 20, 8000, 1e6, -1)
  const leaves = fc.oneof(numbers, fc.constantFrom('random', 'markov', 'cubic', true, null))
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaves,
      fc.dictionary(words, tie('tree'), { maxKeys: 4 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(words, tree, { maxKeys: 6 }), (value) => {
      const read = readLinkProfile(value)
      if (read.ok) expect(readLinkProfile(read.profile)).toEqual(read)
      else expect(read.problems.length).toBeGreaterThan(0)
    }),
    { seed: 5, numRuns: fuzzRuns(300) },
  )
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
  expect(merged).toEqual({
    ok: false,
    problems: ['profile.downlink.loss.kind must be "random", "gilbert-elliott" or "bad-moments", got nothing'],
  })
})
