import type { SideSpec } from '../simulation/experiment.ts'
import { networkRowWords } from './words.ts'

/** The guided experiments, but for what each tells itself (lab/guided/pages). */
export const guidedWords = {
  title: 'Guided experiments',
  note: 'Ten questions that come up wherever video meets a network. Each says what to expect and why, and tries it at one click, here in this browser.',
  back: 'Lab',
  place: (index: number, count: number) => `Experiment ${index + 1} of ${count}`,
  expect: 'What to expect, and why',
  setUp: 'What is run',
  setUpNote: (seconds: number, variants: string) =>
    `A modelled video (${variants}), watched for ${seconds} s; every side has a copy of the line, with the same losses, delays and rates.`,
  sides: 'Sides',
  lines: 'The line',
  varied: 'Varied',
  run: 'Run the experiment',
  runAgain: 'Run again',
  runSize: (runs: number, seeds: number, seconds: number) =>
    `${runs} ${runs === 1 ? 'run' : 'runs'} of ${seconds} s in virtual time${seeds > 1 ? `, ${seeds} seeds` : ', nothing in it is left to chance'} · modelled`,
  running: (done: number, all: number) => `${done} of ${all} runs`,
  progress: 'Runs made',
  failed: 'The experiment could not be run:',
  claims: 'What should come out',
  untried: 'not tried yet',
  kept: 'holds',
  broken: 'does not hold',
  allHold: (count: number) => (count === 2 ? 'Both claims hold' : `All ${count} claims hold`),
  someHold: (kept: number, count: number) => `${kept} of ${count} claims hold`,
  someBreak: (broken: number, count: number) =>
    broken === count ? `None of the ${count} claims holds` : `${broken} of ${count} claims no longer hold`,
  took: (seconds: string) => `${seconds} s`,
  needed: (limit: string) => `expected ${limit}`,
  nothingMeasured: 'nothing measured',
  comparisons: { '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least', '=': 'exactly' },
  ofRuns: {
    mean: (seeds: number) => `mean of ${seeds} seeds`,
    worst: (seeds: number) => `worst of ${seeds} seeds`,
    one: 'one run',
  },
  lesson: 'What this shows',
  without: 'Take the cause away',
  withoutNote:
    'A claim that always holds proves nothing. Run it without what should be its cause: the claims must fall.',
  withoutCause: (title: string) => `Without the cause: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
  heldAgainst: (name: string) => `held against ${name}`,
  figureNote: {
    mean: (seeds: number) => `mean of ${seeds} seeds; the line: 95 % interval of the mean`,
    one: 'one run',
  },
  noFigure: 'never began',
  timeline: { first: 'Over time, first seed', only: 'Over time' },
  timelineOf: 'Line',
  timelineNote: (rate: string) => `Height: what the line delivered, up to ${rate} Mbit/s.`,
  timelineSays: (figures: TimelineFigures) =>
    figures.startupMs === undefined
      ? 'no picture came'
      : [
          `first picture after ${(figures.startupMs / 1000).toFixed(1)} s`, // ms to s
          ...(figures.freezeCount > 0
            ? [`frozen ${figures.freezeCount}×, ${(figures.freezeMs / 1000).toFixed(1)} s`]
            : []),
          ...(figures.damagedFrames > 0 ? [`${figures.damagedFrames} pictures damaged`] : []),
        ].join(' · '),
  timelineLegend: {
    waiting: 'waiting for the first picture',
    rate: 'delivered',
    standing: 'the picture stands still',
    damaged: 'damaged pictures',
  },
  next: 'What to try next',
  watchIt: (network: string) => `Watch it: ${network}`,
  watchTitle: 'On the compare page, with this very network and seed 1, and a video of the library',
  mapIt: 'Open the map',
  mapTitle: 'On the what-if page: who wins as the network changes',
  noVideo: 'Needs a segmented video in the library.',
  inTerminal: 'The same in a terminal, with a report',
  previous: 'Before',
  following: 'Next',
  modelled: 'How far this can be trusted',
  modelledNote:
    'Everything is modelled: an even video over an emulated line, HLS by a model of TCP that is checked against the Linux kernel. The same seed gives the same figures here, in Node and in the lab’s command. A run stands for this line alone; what is claimed is how the sides compare, not what a network of yours will measure.',
  unknown: (name: string) => `There is no guided experiment “${name}”.`,
  toList: 'All guided experiments',
  axes: {
    lossRatio: (value: number) => `${Number((value * 100).toPrecision(6))} % lost`,
    rateBitsPerSecond: (value: number) => `${value / 1e6} Mbit/s`,
    oneWayDelayMs: (value: number) => `${value} ms each way`,
    meanBurstMs: (value: number) => `bad moments of ${value} ms`,
    jitterBufferMs: (value: number) => `buffer of ${value} ms`,
    segmentSeconds: (value: number) => `segments of ${value} s`,
  },
  axisNames: {
    lossRatio: networkRowWords.loss,
    rateBitsPerSecond: networkRowWords.rate,
    oneWayDelayMs: networkRowWords.delay,
    meanBurstMs: 'Bad moments',
    jitterBufferMs: 'Jitter buffer',
    segmentSeconds: 'Segments',
  },
  axisValues: {
    lossRatio: (value: number) => `${Number((value * 100).toPrecision(6))} %`,
    rateBitsPerSecond: (value: number) => `${value / 1e6} Mbit/s`,
    oneWayDelayMs: (value: number) => `${value} ms`,
    meanBurstMs: (value: number) => `${value} ms`,
    jitterBufferMs: (value: number) => `${value} ms`,
    segmentSeconds: (value: number) => `${value} s`,
  },
  none: 'none',
  dips: (usual: string, other: string, seconds: number, period: number) =>
    `${usual}, but ${other} for ${seconds} s of every ${period} s`,
  change: (seconds: number, what: string) => `${what} from ${seconds} s on`,
} as const

type TimelineFigures = {
  readonly startupMs: number | undefined
  readonly freezeCount: number
  readonly freezeMs: number
  readonly damagedFrames: number
}

const rules = {
  fixed: 'one variant throughout',
  throughput: 'variant by measured throughput',
  bola: 'variant by its buffer (BOLA)',
  'hls.js': 'variant as hls.js chooses',
} as const

/** A way to watch, in a few words. */
export function describeSide(spec: SideSpec): string {
  switch (spec.kind) {
    case 'hls':
      return listed('HLS over TCP', spec.variant ?? rules[spec.abr], secondsAhead(spec.maxBufferSeconds))
    case 'll-hls':
      return listed('low-latency HLS over TCP', `parts of ${spec.partMs ?? 200} ms`)
    case 'udp':
      return listed('RTP over UDP', repairs[spec.repair], spec.variant, buffer(spec.jitterBufferMs))
    case 'rtp-over-tcp':
      return listed('RTP inside the RTSP connection, over TCP', spec.variant, buffer(spec.jitterBufferMs))
  }
}

const repairs: Readonly<Record<string, string>> = {
  off: 'no repair',
  rtx: 'lost packets are asked for again (RTX)',
  fec: 'lost packets are made anew from parity (FEC)',
}

const secondsAhead = (seconds: number | undefined) => (seconds === undefined ? undefined : `loads ${seconds} s ahead`)
const buffer = (ms: number | undefined) => `jitter buffer ${ms ?? 200} ms`

function listed(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(', ')
}
