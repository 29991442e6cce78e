import {
  achievableOf,
  hlsOutcome,
  LATE_RATIO,
  neededStartupSeconds,
  RATIOS,
  type TriedLine,
} from '../lab/finding-tcp-twice.ts'
import type { Report } from './benchmark.ts'

type Row = { readonly tried: TriedLine; readonly what: string }

const MOST_SECONDS_AT_TWICE = 5 // "a few seconds"
const LEAST_GROWTH = 3 // of the wait, from twice the medium's rate to 1.1 times
const HLS_RUNS = 10
const HLS_LEAST_BITS_PER_SECOND = 650_000 // a rate in which, divided by 2.4, a picture fits beside the sound

/** Slow lines are tried longer: each cell has some 30,000 to 400,000 packets. */
const lengths = [
  { roundTripMs: 40, seconds: 200, seeds: 3 },
  { roundTripMs: 100, seconds: 400, seeds: 4 },
  { roundTripMs: 300, seconds: 1000, seeds: 5 },
] as const

const byLoss: readonly Row[] = (['reno', 'cubic'] as const).flatMap((congestionControl) =>
  lengths.flatMap((length) =>
    [0.005, 0.02, 0.04].map((lossRatio) => ({
      tried: { congestionControl, ...length, loss: { kind: 'random', lossRatio } } as const,
      what: `${nameOf(congestionControl)}, ${length.roundTripMs} ms, ${100 * lossRatio} %`,
    })),
  ),
)

const length = { roundTripMs: 100, seconds: 300, seeds: 3 } as const

const byOther: readonly Row[] = [
  ...(['reno', 'cubic', 'bbr'] as const).map((congestionControl) => ({
    tried: { congestionControl, ...length, rateBitsPerSecond: 2_000_000 },
    what: `${nameOf(congestionControl)}, 2 Mbit/s, no loss but of the full queue`,
  })),
  {
    tried: {
      congestionControl: 'bbr',
      ...length,
      rateBitsPerSecond: 2_000_000,
      loss: { kind: 'random', lossRatio: 0.02 },
    },
    what: 'BBR, 2 Mbit/s, 2 % at random',
  },
  ...(['reno', 'cubic', 'bbr'] as const).map((congestionControl) => ({
    tried: {
      congestionControl,
      ...length,
      rateBitsPerSecond: 2_000_000,
      loss: { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 50 },
    } as const,
    what: `${nameOf(congestionControl)}, 2 Mbit/s, 2 % in moments of 50 ms`,
  })),
  {
    tried: {
      congestionControl: 'reno',
      ...length,
      loss: { kind: 'gilbert-elliott', lossRatio: 0.02, meanBurstPackets: 3 },
    },
    what: 'Reno, 2 % in bursts of 3 packets, however long those take',
  },
]

function nameOf(congestionControl: TriedLine['congestionControl']): string {
  return { reno: 'Reno', cubic: 'CUBIC', bbr: 'BBR' }[congestionControl]
}

type Measured = Row & { readonly achievable: number; readonly seconds: readonly number[] }

function measure(kind: 'live' | 'stored', rows: readonly Row[]): Measured[] {
  return rows.map((row) => {
    const achievable = achievableOf(row.tried)
    return {
      ...row,
      achievable,
      seconds: RATIOS.map((ratio) => neededStartupSeconds(row.tried, kind, achievable, ratio)),
    }
  })
}

function startupTable(title: string, measured: readonly Measured[]): string {
  const rows = measured.map(({ what, achievable, seconds }) => [
    what,
    (achievable / 1000).toFixed(0),
    ...seconds.map((value) => value.toFixed(value < 10 ? 1 : 0)),
  ])
  const head = ['line', 'TCP achieves, kbit/s', ...RATIOS.map((ratio) => `${ratio} ×`)]
  return [`## ${title}`, '', ...table([head, ...rows]), ''].join('\n')
}

function hlsTable(measured: readonly Measured[]): string {
  const rows = measured.map(({ tried, what, achievable }) => [
    what,
    ...RATIOS.map((ratio) => {
      const { runs, runsWithStalls, stallRatio } = hlsOutcome(tried, achievable, ratio, HLS_RUNS)
      return `${runs - runsWithStalls} of ${runs}; ${(100 * stallRatio).toFixed(2)} %`
    }),
  ])
  const title =
    'An HLS viewer of one variant, 5 minutes in segments of 4 s: runs without a stall, and the mean stall ratio'
  return [`## ${title}`, '', ...table([['line', ...RATIOS.map((ratio) => `${ratio} ×`)], ...rows]), ''].join('\n')
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

/** Of the paper's own congestion control. */
function verdict(live: readonly Measured[]): { readonly text: string; readonly holds: boolean } {
  const reno = live.filter(({ tried }) => tried.congestionControl === 'reno')
  const at = ({ seconds }: Measured, ratio: (typeof RATIOS)[number]): number => seconds[RATIOS.indexOf(ratio)] ?? NaN
  const most = Math.max(...reno.map((row) => at(row, 2)))
  const growth = Math.min(
    ...reno.filter(({ tried }) => tried.roundTripMs >= 100).map((row) => at(row, 1.1) / at(row, 2)),
  )
  const [isShort, grows] = [most <= MOST_SECONDS_AT_TWICE, growth >= LEAST_GROWTH]
  const text = [
    `Bound: Reno at twice the rate, live, needs at most ${MOST_SECONDS_AT_TWICE} s: ${most.toFixed(1)} s, ${isShort ? 'met' : 'NOT MET'}.`,
    '',
    `Bound: from 100 ms on, 1.1 times the rate needs at least ${LEAST_GROWTH} times as long: ${growth.toFixed(1)} times, ${grows ? 'met' : 'NOT MET'}.`,
    '',
  ].join('\n')
  return { text, holds: isShort && grows }
}

/** All in virtual time, from fixed seeds: the same figures each time. */
function report() {
  const late = `fewer than ${LATE_RATIO * 10_000} of 10,000 packets too late`
  const live = measure('live', byLoss)
  const stored = measure('stored', byLoss.slice(0, byLoss.length / 2))
  const other = measure('live', byOther)
  const ofHls = live.filter(
    ({ tried, achievable }) => tried.roundTripMs >= 100 && achievable >= HLS_LEAST_BITS_PER_SECOND,
  )
  const { text, holds } = verdict(live)
  return {
    text: [
      startupTable(`Live, random loss: seconds of startup delay for ${late}, by how much more TCP achieves`, live),
      startupTable('Stored, random loss: the same', stored),
      startupTable('Live, other lines of 100 ms', other),
      hlsTable(ofHls),
      text,
    ].join('\n'),
    holds,
  }
}

export default { report } satisfies Report
