import type { PlanQuestion } from './plan.ts'

/** As they are typed: `100,10k,1M` viewers, `5M` bits a second, `0.95`. */
export type PlanWords = {
  readonly viewers: string
  readonly bitrate?: string
  readonly segmentSeconds: string
  readonly streams: string
  readonly hours: string
  readonly cdnHitRatio: string
  readonly cores: string
  readonly memory: string
  readonly nic: string
  readonly openFiles: string
  readonly fill: string
  readonly corePrice?: string
  readonly egressPrice?: string
  readonly cdnPrice?: string
}

export type QuestionRead =
  | { readonly ok: true; readonly question: PlanQuestion }
  | { readonly ok: false; readonly problems: readonly string[] }

const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 }
const MOST_ROWS = 12

type Range = { readonly least: number; readonly most: number; readonly whole?: boolean; readonly example: string }

/** Reads what was typed. `found`: what a package says, where the words do not. All problems at once, each with the
 *  option, what it must be and what came. */
export function readQuestion(
  words: PlanWords,
  found: { readonly bitsPerSecond?: number; readonly segmentSeconds?: number } = {},
): QuestionRead {
  const problems: string[] = []
  const number = (option: string, text: string, range: Range): number => {
    const value = readNumber(text)
    if (isWithin(value, range)) return value
    const { least, most, whole = false, example } = range
    problems.push(
      `${option} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, such as ${example}, got "${text.slice(0, 60)}"`,
    )
    return NaN
  }
  const price = (option: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : number(option, text, { least: 0, most: 1e6, example: '0.05' })
  const texts = words.viewers.split(',').map((text) => text.trim())
  if (texts.length > MOST_ROWS) problems.push(`--viewers must have at most ${MOST_ROWS} numbers, got ${texts.length}`)
  if (words.bitrate === undefined && found.bitsPerSecond === undefined) {
    problems.push('--bitrate must say how many bits a second the video has, such as 5M; or --package names one')
  }
  const bitsPerSecond = words.bitrate === undefined ? found.bitsPerSecond : bitrateOf(words.bitrate, number)
  const prices = {
    perCoreHour: price('--core-price', words.corePrice),
    perEgressGigabyte: price('--egress-price', words.egressPrice),
    perCdnGigabyte: price('--cdn-price', words.cdnPrice),
  }
  const question: PlanQuestion = {
    viewers: texts.map((text) =>
      number('--viewers', text, { least: 1, most: 1e10, whole: true, example: '100,10k,1M' }),
    ),
    bitsPerSecond: bitsPerSecond ?? NaN,
    segmentSeconds: found.segmentSeconds ?? number('--segment-seconds', words.segmentSeconds, RANGES.segmentSeconds),
    streams: number('--streams', words.streams, { least: 1, most: 1e6, whole: true, example: '1' }),
    hours: number('--hours', words.hours, { least: 0.001, most: 1e6, example: '2' }),
    cdnHitRatio: number('--cdn-hit-ratio', words.cdnHitRatio, { least: 0, most: 1, example: '0.95' }),
    server: {
      cores: number('--cores', words.cores, { least: 1, most: 4096, whole: true, example: '8' }),
      memoryBytes: number('--memory', words.memory, { least: 1e8, most: 1e14, example: '16G' }),
      nicBitsPerSecond: number('--nic', words.nic, { least: 1e6, most: 1e13, example: '10G' }),
      openFiles: number('--open-files', words.openFiles, { least: 64, most: 1e9, whole: true, example: '100k' }),
      fill: number('--fill', words.fill, { least: 0.05, most: 1, example: '0.7' }),
    },
    prices: Object.fromEntries(Object.entries(prices).filter(([, value]) => value !== undefined)),
  }
  return problems.length === 0 ? { ok: true, question } : { ok: false, problems }
}

const RANGES = {
  bitrate: { least: 1000, most: 1e9, example: '5M' },
  segmentSeconds: { least: 0.2, most: 60, example: '4' },
} as const

function bitrateOf(text: string, number: (option: string, text: string, range: Range) => number): number {
  return number('--bitrate', text, RANGES.bitrate)
}

/** `1.5M`; NaN for what is none. */
function readNumber(text: string): number {
  const parts = /^(\d+\.?\d*|\.\d+)([kMGT]?)$/.exec(text)
  return parts === null ? NaN : Number(parts[1]) * (MULTIPLES[parts[2] ?? ''] ?? NaN)
}

function isWithin(value: number, { least, most, whole = false }: Range): boolean {
  return value >= least && value <= most && (!whole || Math.abs(value - Math.round(value)) < 1e-6)
}
