import {
  MEAN_ERROR_LIMIT,
  meanOf,
  spreadOf,
  spreadOfConnections,
  type Judgement,
  type meanErrors,
} from '../lab/validate-bounds.ts'
import type { FetchReference, GridCell } from '../lab/validate-reference.ts'

export type JudgedFetches = { readonly firstMs: readonly number[]; readonly later: Judgement<FetchReference> }

/** The 48 cells, and what of them is judged. */
export function gridTable(
  judged: readonly Judgement<GridCell>[],
  errors: Readonly<ReturnType<typeof meanErrors>>,
): string {
  const missed = judged.filter(({ holds }) => !holds).length
  const limit = MEAN_ERROR_LIMIT * 100
  return [
    '## The model of TCP against the Linux kernel: goodput',
    '',
    'kbit/s of payload over the first 10 s of one flow, queue 200 ms drop-tail. Kernel: least / mean / most of its runs,',
    'over network namespaces and over mahimahi (`bench/reference/kernel-tcp/`). Model: mean of 40 seeds ± its standard',
    'error, one run at loss 0. Error: against the mean of all kernel runs. Bounds: 10 % below the slowest to 15 % above',
    'the fastest kernel run; at loss 0 1 %.',
    '',
    '| | Mbit/s | one-way ms | loss % | namespaces | mahimahi | model | error % | bounds | |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...judged.map(gridRow),
    '',
    `Cells within their bounds: ${judged.length - missed} of ${judged.length}: ${word(missed === 0)}.`,
    `Mean |error|: ${percent(errors.netns)} % against namespaces, ${percent(errors.mahimahi)} % against mahimahi,`,
    `${percent(errors.all)} % against the mean of all runs; bound: each at most ${limit} %: ${word(isWithin(errors))}.`,
  ].join('\n')
}

/** The keep-alive fetches: the later ones judged, each connection's first one told. */
export function fetchTable(judged: readonly JudgedFetches[]): string {
  const missed = judged.filter(({ later }) => !later.holds).length
  return [
    '## The model of TCP against the Linux kernel: fetches over one kept connection',
    '',
    'ms from a request to the last byte of its object, cubic, 8 Mbit/s. First: the fetch that meets the initial window',
    '(told, not judged: 2 to 5 of the kernel). Later: mean ± standard error over connections, since the fetches of one',
    "share its window. Bounds: 15 % of the kernel's mean or two of its standard errors, whichever is more; at loss 0 3 %.",
    '',
    '| object / gap | one-way ms | loss % | first: kernel | first: model | later: kernel | later: model | error % | bounds | |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...judged.map(fetchRow),
    '',
    `Cells within their bounds: ${judged.length - missed} of ${judged.length}: ${word(missed === 0)}.`,
  ].join('\n')
}

function gridRow({ cell, model, errorRatio, bounds, holds }: Judgement<GridCell>): string {
  const kernel = (kbps: readonly number[]): string => {
    const { least, mean, most } = spreadOf(kbps)
    return `${least} / ${mean.toFixed(0)} / ${most}`
  }
  return row(
    cell.congestionControl,
    cell.rateBitsPerSecond / 1e6,
    cell.oneWayDelayMs,
    lossPercent(cell),
    kernel(cell.netnsKbps),
    kernel(cell.mahimahiKbps),
    `${model.mean.toFixed(0)} ± ${model.standardError.toFixed(0)}`,
    percent(errorRatio),
    `${bounds.from.toFixed(0)} to ${bounds.to.toFixed(0)}`,
    cellWord(holds),
  )
}

function fetchRow({ firstMs, later: { cell, model, errorRatio, bounds, holds } }: JudgedFetches): string {
  const kernel = spreadOfConnections(cell.laterMs)
  return row(
    `${cell.objectBytes / 1000} kB / ${cell.gapMs / 1000} s`,
    cell.oneWayDelayMs,
    lossPercent(cell),
    meanOf(cell.firstMs).toFixed(0),
    meanOf(firstMs).toFixed(0),
    `${kernel.mean.toFixed(1)} ± ${kernel.standardError.toFixed(1)}`,
    `${model.mean.toFixed(1)} ± ${model.standardError.toFixed(1)}`,
    percent(errorRatio),
    `${bounds.from.toFixed(1)} to ${bounds.to.toFixed(1)}`,
    cellWord(holds),
  )
}

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
const percent = (ratio: number): string => (100 * ratio).toFixed(1)
const lossPercent = ({ loss }: GridCell | FetchReference): number => Math.round(100 * (loss?.lossRatio ?? 0))
const isWithin = (errors: object): boolean => Object.values(errors).every((error) => error <= MEAN_ERROR_LIMIT)
const word = (holds: boolean): string => (holds ? 'met' : 'NOT MET')
const cellWord = (holds: boolean): string => (holds ? 'in' : 'OUT')
