import { expect, test } from 'vitest'
import type { LabRun } from './lab-results.ts'
import { modelVideo } from './model-video.ts'
import { runExperiment, type NamedSide } from './experiment.ts'
import type { SideMeasures } from '../stream/side-measures.ts'
import { judgeLabBudgets, OF_PACKETS, readLabBudget } from './lab-budget.ts'

const sides: readonly NamedSide[] = [
  { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
  { name: 'udp-200', spec: { kind: 'udp', repair: 'off' } },
]
const grid = [{ name: 'lossRatio', values: [0.01, 0.02] }] as const
const names = { sides, networks: ['lte', 'train'], grid }

const unknown = [
  ['stallRatoi < 0.01', "a budget's measure must be one of stallRatio, "],
  ['udp.stallRatio < 1', 'a budget\'s side must be one of udp-200, hls, got "udp"'],
  ['startupMs < 1 on tram', 'a budget\'s network must be one of train, lte, got "tram"'],
  ['startupMs < 1 at lossRatio=0.03', "a budget's lossRatio must be one of 0.01, 0.02, got 0.03"],
  ['startupMs < 1 at loss=0.02', 'a budget\'s axis must be one of lossRatio, got "loss"'],
  ['startupMs < 1 at lossRatio<1', 'must have = and a value at "<1"'],
  ['displayedSsim > 0.9', "a budget's measure must be one of "],
  ['hls.lostPackets < 1', 'the budget "hls.lostPackets < 1" must be of packets that there are: hls is HLS'],
  ['hls.startupMs p95 < udp-200.startupMs', 'must have a statistic (mean, min, max, p95 …) of both its measures'],
  ['hls.stallMs + udp-200.stallMs < 1', 'must name a measure, and at most one on each side of its comparison'],
  ['1 < 2', 'must name a measure, and at most one on each side of its comparison'],
  ['hls.startupMs p95 <', 'must have a number or a measure at its end'],
  ['(hls.startupMs < 1', 'must have a closing bracket at "< 1"'],
  [`${'('.repeat(30)}1`, 'must have at most 20 numbers and brackets'],
  ['x'.repeat(301), 'a budget must have at most 300 characters, got 301'],
] as const
for (const [text, words] of unknown) {
  test(`readLabBudget refuses "${text.slice(0, 40)}"`, () => {
    expect(readLabBudget(text, names)).toEqual([expect.stringContaining(words)])
  })
}

function run(index: number, network: string, hls: SideMeasures, udp: SideMeasures): LabRun {
  const shared = { index, network, axes: { lossRatio: 0.01 }, seed: index + 1, mode: 'virtual' } as const
  return {
    ...shared,
    sides: [
      { name: 'hls', side: 'hls', measures: hls, hasEnded: true },
      { name: 'udp-200', side: 'udp', measures: udp, hasEnded: true },
    ],
  }
}

const runs = [
  run(0, 'lte', { startupMs: 1000, presentedFrameRatio: 1 }, { startupMs: 400, intactFrameRatio: 1, lostPackets: 0 }),
  run(
    1,
    'lte',
    { startupMs: 1200, presentedFrameRatio: 0.9 },
    { startupMs: 500, intactFrameRatio: 0.95, lostPackets: 7 },
  ),
  run(2, 'train', { startupMs: 3000, presentedFrameRatio: 0.8 }, { intactFrameRatio: 0.7, lostPackets: 9 }),
]

const judge = (text: string) => judgeLabBudgets([text], names, runs)

test('judgeLabBudgets holds every run of every side against a budget that names none', () => {
  expect(judge('startupMs < 2000')).toEqual([
    {
      text: 'startupMs < 2000',
      side: 'hls',
      isKept: false,
      value: 3000,
      limit: 2000,
      worst: { index: 2, network: 'train', axes: { lossRatio: 0.01 }, seed: 3, value: 3000, limit: 2000 },
      runs: 3,
      brokenRuns: 1,
    },
    {
      text: 'startupMs < 2000',
      side: 'udp-200',
      isKept: false, // the last run never began
      limit: 2000,
      worst: { index: 2, network: 'train', axes: { lossRatio: 0.01 }, seed: 3, limit: 2000 },
      runs: 3,
      brokenRuns: 1,
    },
  ])
})

const verdicts = [
  ['hls.startupMs <= 3000', true, 3000],
  ['hls.startupMs mean < 1733', false, 5200 / 3],
  ['hls.startupMs p50 = 1200', true, 1200],
  ['hls.startupMs p66 < 1200.5', true, 1200],
  ['hls.startupMs p67 < 2000', false, 3000],
  ['hls.startupMs min > 999 on lte', true, 1000],
  ['hls.startupMs max < 2000 on lte at lossRatio=0.01', true, 1200],
  ['hls.startupMs max < 9000 at lossRatio=0.02', false, undefined], // no run, no promise
  ['hls.startupMs max < 2000 on lte', true, 1200],
  ['udp-200.startupMs p50 < 501', true, 500], // the run that never began is the slowest
  ['udp-200.startupMs max < 1e9', false, Infinity],
  ['2000 - udp-200.startupMs max > 0', false, -Infinity],
  ['udp-200.intactFrameRatio >= hls.presentedFrameRatio - 0.1', true, 0.7], // 0.8 - 0.1 is 0.7000000000000001
  ['udp-200.intactFrameRatio >= hls.presentedFrameRatio', false, 0.7],
  ['udp-200.startupMs p50 * 2 < hls.startupMs p50', true, 1000],
  ['lostPackets < 8 on lte', true, 7],
  ['3 * (lostPackets + 1) - 2 < 29', true, 28],
] as const
for (const [text, isKept, value] of verdicts) {
  test(`judgeLabBudgets: "${text}" is ${isKept ? 'kept' : 'broken'}`, () => {
    const [judged, ...others] = judge(text)
    expect([judged?.isKept, judged?.value, others]).toEqual([isKept, value, []])
  })
}

test('OF_PACKETS are the measures that RTP has and HLS has not', () => {
  const variants = [{ name: 'v', bitsPerSecond: 400_000, heightPixels: 360, framesPerSecond: 25 }]
  const video = modelVideo({ kind: 'model', seconds: 4, variants })
  const loss = { kind: 'random', lossRatio: 0.05 } as const
  const repaired: readonly NamedSide[] = [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'rtx' } },
  ]
  const profile = { seed: 1, downlink: { loss } }
  const [hls, udp] = runExperiment({ video, sides: repaired, profile, durationSeconds: 4 })
  const ofHls = Object.keys(hls?.measures ?? {})
  const ofUdpAlone = Object.keys(udp?.measures ?? {}).filter((key) => !ofHls.includes(key))
  expect(ofUdpAlone.toSorted()).toEqual(OF_PACKETS.toSorted())
})
