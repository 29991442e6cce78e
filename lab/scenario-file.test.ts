import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { plannedRuns } from '../simulation/planned-runs.ts'
import { readScenarioFile, type ScenarioWishes } from './scenario-file.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

const read = (context: TestContext, text: string, wishes: ScenarioWishes = {}) => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'one.trace'), '1000\n2000\n')
  writeFileSync(join(folder, 'bad.trace'), '1000\nsoon\n')
  writeFileSync(join(folder, 'one.yaml'), text)
  return readScenarioFile(join(folder, 'one.yaml'), wishes)
}

const whole = `
name: all-keys
description: Every key once.
durationSeconds: 30
source:
  kind: model
  variants:
    - { name: low, bitsPerSecond: 500000, heightPixels: 360, framesPerSecond: 30 }
    - { name: high, bitsPerSecond: 3000000, heightPixels: 720, framesPerSecond: 30 }
sides:
  hls: { kind: hls, abr: bola, ladder: [low, high], segmentSeconds: 2, maxBufferSeconds: 20 }
  ll: { kind: ll-hls, partMs: 300 }
  udp: { kind: udp, repair: off, jitterBufferMs: 100 }
  rtx: { kind: udp, repair: rtx, variant: low }
  tcp: { kind: rtp-over-tcp }
networks:
  - lte
  - { name: worse, preset: lte, downlink: { oneWayDelayMs: 90 }, changes: [{ atSeconds: 5, set: { udpBlocked: true } }] }
  - { name: traced, trace: one.trace, preset: wifi }
grid:
  lossRatio: [0, 0.02]
  oneWayDelayMs: { from: 10, to: 1000, steps: 3, scale: log }
  jitterBufferMs: { from: 100, to: 400, steps: 4 }
seeds: { from: 5, count: 2 }
budgets: [stallRatio < 0.5, udp.startupMs p95 < 2000 on worse]
`

test('readScenarioFile reads every key', async (context) => {
  const result = await read(context, whole)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  const { scenario } = result
  expect(scenario).toMatchObject({
    mode: 'virtual',
    source: { kind: 'model', seconds: 30 },
    sides: [
      {
        name: 'hls',
        spec: { kind: 'hls', abr: 'bola', ladder: ['low', 'high'], segmentSeconds: 2, maxBufferSeconds: 20 },
      },
      { name: 'll', spec: { kind: 'll-hls', partMs: 300 } },
      { name: 'udp', spec: { kind: 'udp', repair: 'off', jitterBufferMs: 100 } },
      { name: 'rtx', spec: { kind: 'udp', repair: 'rtx', variant: 'low' } },
      { name: 'tcp', spec: { kind: 'rtp-over-tcp' } },
    ],
    grid: [
      { name: 'lossRatio', values: [0, 0.02] },
      { name: 'oneWayDelayMs', values: [10, 100, 1000] },
      { name: 'jitterBufferMs', values: [100, 200, 300, 400] },
    ],
    seeds: [5, 6],
    budgets: ['stallRatio < 0.5', 'udp.startupMs p95 < 2000 on worse'],
  })
  const [lte, worse, traced] = scenario.networks
  expect(lte?.profile.downlink).toEqual({ rateBitsPerSecond: 12_000_000, queueMs: 500, oneWayDelayMs: 35 })
  expect(worse).toMatchObject({
    name: 'worse',
    profile: {
      name: 'worse',
      downlink: { rateBitsPerSecond: 12_000_000, oneWayDelayMs: 90 },
      changes: [{ atSeconds: 5, set: { udpBlocked: true } }],
    },
  })
  expect(traced?.profile.downlink).toMatchObject({ trace: [1000, 2000], jitterMs: 20 })
  expect(traced?.profile.downlink).not.toHaveProperty('rateBitsPerSecond')
  expect(plannedRuns(scenario)).toHaveLength(3 * 2 * 3 * 4 * 2)
})

test('readScenarioFile takes mode and seeds of the command line', async (context) => {
  const sample = whole
    .replace(/source:[\s\S]*?sides:/, 'source: { kind: sample }\nsides:')
    .replace(/grid:[\s\S]*seeds/, 'seeds')
  expect(await read(context, sample, { mode: 'live', seeds: [9] })).toMatchObject({
    scenario: { mode: 'live', seeds: [9], source: { kind: 'sample', seconds: 20 }, grid: [] },
  })
})

test('readScenarioFile names everything that is wrong, with its line and path', async (context) => {
  const result = await read(
    context,
    `name: Bad Name
durationSeconds: 30s
source: { kind: film }
sides:
  hls: { kind: hls, abr: best, extra: 1 }
  udp:
    kind: udp
    jitterBufferMs: 1s
networks:
  - tram
  - { name: a, preset: lte, downlink: { generator: { kind: markov } } }
  - { name: b, trace: none.trace, sharing: shared, seed: 3 }
  - { name: c, trace: bad.trace, foo: 1 }
  - 7
grid: { lossRatio: [2], speed: [1] }
seeds: []
budgets:
  - stallRatoi < 1
  - rtp.stallRatio < 1
color: red
`,
  )
  const { problems } = result as { problems: readonly string[] }
  expect(problems.map((problem) => problem.replace(/\/\S+\//g, '/…/'))).toEqual([
    'one.yaml:1: name must be 1 to 60 small letters, digits and dashes, got "Bad Name"',
    'one.yaml:2: durationSeconds must be a number from 1 to 3600, got "30s"',
    'one.yaml:3: source.kind must be "model", "sample", "file" or "package", got "film"',
    'one.yaml:5: sides.hls.abr must be "fixed", "throughput", "bola" or "hls.js", got "best"',
    'one.yaml:5: sides.hls.extra is unknown; known here: kind, abr, ladder, segmentSeconds, maxBufferSeconds, variant, player',
    'one.yaml:8: sides.udp.jitterBufferMs must be a number from 0 to 10000, got "1s"',
    'one.yaml:15: grid.lossRatio.0 must be a number from 0 to 1, got 2',
    'one.yaml:15: grid.speed is unknown; known here: lossRatio, rateBitsPerSecond, oneWayDelayMs, meanBurstMs, jitterBufferMs, segmentSeconds',
    'one.yaml:16: seeds must be a list of 1 to 100000, got []',
    'one.yaml:20: color is unknown; known here: name, description, mode, durationSeconds, source, sides, networks, grid, seeds, repetitions, budgets',
    'one.yaml:10: networks.0 must be a preset (weir networks) such as train, dsl, wifi, got "tram"',
    'one.yaml:11: networks.1.downlink.generator cannot stand beside rateBitsPerSecond, got {"kind":"markov"}',
    'one.yaml:12: networks.2.trace must be a file that can be read, got /…/none.trace',
    'one.yaml:12: networks.2.sharing must be "separate" in the lab, got "shared"',
    'one.yaml:12: networks.2.seed belongs in seeds',
    'one.yaml:13: networks.3.trace must be a trace; bad.trace: line 2 must be a whole number of milliseconds, got "soon"',
    'one.yaml:13: networks.3.foo is unknown; known here: name, preset, trace, sharing, downlink, uplink, udpBlocked, rtspBlocked, tcp, changes',
    'one.yaml:14: networks.4 must be the name of a preset, or an object with a name, got 7',
    expect.stringMatching(/^one.yaml:18: budgets.0 is no limit: a budget's measure must be one of stallRatio, /),
    `one.yaml:19: budgets.1 is no limit: a budget's side must be one of udp, hls, got "rtp"`,
  ])
})

const contradictions = [
  [
    'ladder: [low, high]',
    'ladder: [low, hihg]',
    '11: sides.hls.ladder.1 must be a variant of the source such as high, low, got "hihg"',
  ],
  ['abr: bola', 'abr: fixed', '11: sides.hls.ladder needs an abr that chooses, got "fixed"'],
  ['abr: bola,', 'abr: bola, variant: low,', '11: sides.hls.variant needs abr "fixed", got "bola"'],
  ['name: low,', 'name: high,', '9: source.variants.1.name must be one of its own, got "high"'],
  ['name: worse', 'name: lte', '18: networks.1 must have a name of its own, got "lte"'],
  ['[0, 0.02]', '[0.02, 0.02]', '21: grid.lossRatio.1 must be a value of its own, got 0.02'],
  ['from: 10,', 'from: 0,', '22: grid.oneWayDelayMs must begin and end above 0 on a log scale'],
  ['from: 5,', 'from: 4294967295,', '24: seeds must end at 4294967295, got 4294967296'],
  ['{ from: 5, count: 2 }', '[1, 2, 1]', '24: seeds.2 must be a seed of its own, got 1'],
  [
    'count: 2',
    'count: 100000',
    ': networks × cells of the grid × seeds must be at most 1000000 virtual runs, got 7200000',
  ],
  ['  hls:', '  "h s":', ': sides.h s must be named by a letter and up to 39 letters, digits, dashes'],
  [
    'kind: udp, repair: off',
    'kind: udp, player: ffmpeg, repair: off',
    '13: sides.udp.player belongs in a live run, got mode "virtual"',
  ],
  [
    'durationSeconds: 30',
    'durationSeconds: 30\nmode: live',
    'source.kind must be "sample", "file" or "package" in a live run',
  ],
  [
    'lossRatio: [0, 0.02]',
    'lossRatio: [0.1]\n  meanBurstMs: [1, 100]\n  rateBitsPerSecond: [100000, 5000000]',
    '17: networks.0.downlink.loss.meanBurstMs must be at least 120, the time of a full packet at 100000 bit/s, got 1, in the cell lossRatio 0.1, rateBitsPerSecond 100000, oneWayDelayMs 10, meanBurstMs 1',
  ],
  ['variants:', 'variants: &a\n    - *a', 'one.yaml: Converting circular structure to JSON'],
  ['name: all-keys', 'name: all-keys\nname: again', 'one.yaml: line 3: Map keys must be unique'],
] as const
for (const [before, after, expected] of contradictions) {
  test(`readScenarioFile refuses ${after}`, async (context) => {
    const result = await read(context, whole.replace(before, after))
    const { problems } = result as { problems: readonly string[] }
    expect(problems.join('\n')).toContain(expected ?? 'one.yaml')
  })
}
