import { median, ROUNDS, type Report } from './benchmark.ts'
import {
  bareRun,
  busyClip,
  loopedClip,
  removeAll,
  uploadToPlaySeconds,
  weirMemoryRun,
  weirRun,
} from './segmenter-runs.ts'
import type { SegmenterFigures } from './segmenter-child.ts'

const MAX_CPU_RATIO = 1.05
const MAX_COPY_SECONDS = 1
const MAX_PLAYABLE = { ratio: 1.15, moreSeconds: 0.5 }
const MAX_NEEDED_RATIO = 1.25 // what is known of each segment is held against the others' at the end: some 3 MB for an hour
const CLIP_SECONDS = 60 // what a job costs but once is a tenth of a clip of 16
const LONG_MINUTES = 60

type Row = { readonly what: string; readonly told: string; readonly bound: string; readonly holds: boolean }

async function compared(source: string, withCopy: boolean): Promise<Row[]> {
  const bare: SegmenterFigures[] = []
  const weir: SegmenterFigures[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await bareRun(source, withCopy))
    weir.push(await weirRun(source, { copy: withCopy }))
  }
  const kind = withCopy ? 'the top variant copied' : 'all encoded'
  return [cpuRow(`CPU, ${kind}`, bare, weir), playableRow(`first segments of all, ${kind}`, bare, weir)]
}

function cpuRow(what: string, bare: readonly SegmenterFigures[], weir: readonly SegmenterFigures[]): Row {
  const [cpuOfBare, cpuOfWeir] = [bare, weir].map((all) => all.map(({ cpuSeconds }) => cpuSeconds)) as [
    number[],
    number[],
  ]
  const ratio = median(cpuOfWeir) / median(cpuOfBare)
  const told = `${spread(cpuOfWeir)} s beside ${spread(cpuOfBare)} s of the bare command: ${ratio.toFixed(3)} ×`
  return { what, told, bound: `at most ${MAX_CPU_RATIO} ×`, holds: ratio <= MAX_CPU_RATIO }
}

function playableRow(what: string, bare: readonly SegmenterFigures[], weir: readonly SegmenterFigures[]): Row {
  const times = [bare, weir].map((all) => all.map(({ firstSegmentsSeconds }) => firstSegmentsSeconds))
  const [bareSeconds, weirSeconds] = times as [number[], number[]]
  const limit = MAX_PLAYABLE.ratio * median(bareSeconds) + MAX_PLAYABLE.moreSeconds
  const told = `${spread(weirSeconds)} s beside ${spread(bareSeconds)} s of the bare command`
  const bound = `at most ${MAX_PLAYABLE.ratio} × that + ${MAX_PLAYABLE.moreSeconds} s: ${limit.toFixed(2)} s`
  return { what, told, bound, holds: median(weirSeconds) <= limit }
}

async function copiedRow(source: string, minutes: number): Promise<Row> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await uploadToPlaySeconds(source, '360p'))
  const what = `last byte of an upload to the first segment of its copied variant, ${minutes} min`
  const bound = `each at most ${MAX_COPY_SECONDS} s`
  return { what, told: `${spread(times)} s`, bound, holds: Math.max(...times) <= MAX_COPY_SECONDS }
}

async function memoryRow(): Promise<Row> {
  const [short, long] = [loopedClip('short.mp4', 2, '256x144'), loopedClip('long.mp4', LONG_MINUTES, '256x144')]
  const [ofShort, ofLong] = [await weirMemoryRun(short), await weirMemoryRun(long)]
  const [needed, peak] = (['neededBytes', 'peakBytes'] as const).map((key) => {
    return `${megabytes(ofLong[key])} MB for ${LONG_MINUTES} min, ${megabytes(ofShort[key])} MB for 2 min`
  })
  const told = `${needed} (with garbage: ${peak})`
  const bound = `at most ${MAX_NEEDED_RATIO} ×`
  const holds = ofLong.neededBytes <= MAX_NEEDED_RATIO * ofShort.neededBytes
  return { what: 'the most that our process needs, as collections leave it', told, bound, holds }
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`
}

async function report(): Promise<{ readonly text: string; readonly holds: boolean }> {
  try {
    const busy = busyClip(CLIP_SECONDS)
    const rows = [
      ...(await compared(busy, false)),
      ...(await compared(busy, true)),
      await copiedRow(loopedClip('minute.mp4', 1, '640x360'), 1),
      await copiedRow(loopedClip('hour.mp4', LONG_MINUTES, '640x360'), LONG_MINUTES),
      await memoryRow(),
    ]
    const text = [
      `## The segmenter beside the one ffmpeg command line that makes the same files, ${CLIP_SECONDS} s of 720p25`,
      '',
      '| what | measured, median of five and spread | bound | |',
      '|---|---|---|---|',
      ...rows.map(({ what, told, bound, holds }) => `| ${what} | ${told} | ${bound} | ${holds ? 'met' : 'NOT MET'} |`),
      '',
      'CPU is that of all processes: ffmpeg, ffprobe, and ours, which reads every segment.',
      '',
    ].join('\n')
    return { text, holds: rows.every(({ holds }) => holds) }
  } finally {
    removeAll()
  }
}

export default { report } satisfies Report
