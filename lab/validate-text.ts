import { nameOf } from './validate-cells.ts'
import {
  isCalm,
  MOST_LATENESS_MS,
  plannedSeconds,
  type ValidatedCell,
  type Validation,
  type ValidationPlan,
} from './validate-kernel.ts'

/** What will be done and how long it takes, then the head of the table whose rows follow one by one. */
export function introduction(plan: ValidationPlan): string {
  const { cells, runs, seconds, parallel } = plan
  const atOnce = parallel === 1 ? 'one at a time' : `${parallel} at a time`
  return [
    `Real kernel TCP over an emulated line, in namespaces: ${cells.length} lines, ${runs} runs of ${seconds} s each (one without loss),`,
    `${atOnce}: about ${durationText(plannedSeconds(plan))}, up to twice that where the machine is busy, and the model's own time.`,
    'Goodput in kbit/s: kernel (least to most), model, error ± its standard error. In each run the kernel meets the very',
    'losses that the model meets. Judged: the model of the line as named. Beside it: with the round trip that the lab adds.',
    '',
    line('', 'kernel', 'model', 'error', "with the lab's delay", 'error'),
  ].join('\n')
}

export function cellLine(validated: ValidatedCell): string {
  const { cell, runs, kernel, model, errorRatio, errorStandardError, modelOfLab, errorOfLabRatio } = validated
  const restless = runs.filter((run) => !isCalm(run)).length
  const whole = (kbps: number): string => kbps.toFixed(0)
  return line(
    nameOf(cell),
    `${whole(kernel.mean)} (${whole(kernel.least)} to ${whole(kernel.most)})`,
    whole(model.mean),
    `${percent(errorRatio)} ± ${(100 * errorStandardError).toFixed(1)}`,
    whole(modelOfLab.mean),
    percent(errorOfLabRatio),
    ...(restless === 0 ? [] : [`restless: ${restless} of ${runs.length} runs`]),
  )
}

export function conclusion(validation: Validation): string {
  const { kernel, addedRoundTripMs, skipped, meanErrorRatio, meanErrorOfLabRatio } = validation
  const { gridMeanErrorRatio, limitRatio, holds } = validation
  return [
    '',
    ...skipped.map((cell) => `not measured, this kernel has no ${cell.congestionControl}: ${nameOf(cell)}`),
    `Linux ${kernel}. The lab's own round trip: ${addedRoundTripMs.toFixed(2)} ms more than the line's; its relay was`,
    `${latenessText(validation)}.`,
    `Mean |error|: ${size(meanErrorRatio)} (with the lab's delay in the model ${size(meanErrorOfLabRatio)}); ` +
      `on the grid of bench/reference ${size(gridMeanErrorRatio)}.`,
    `Bound: at most 1.5 times the grid's, ${size(limitRatio)}: ${holds ? 'met' : 'NOT MET'}.`,
  ].join('\n')
}

function latenessText({ cells }: Validation): string {
  const runs = cells.flatMap((cell) => cell.runs)
  const restless = runs.filter((run) => !isCalm(run)).length
  const medians = runs.map(({ latenessMs }) => latenessMs.p50).toSorted((a, b) => a - b)
  const late = `late by ${(medians[medians.length >> 1] ?? 0).toFixed(2)} ms in the median`
  if (restless === 0) return `${late}, in each run by at most ${MOST_LATENESS_MS} ms with 99 of 100 packets`
  return [
    `${late}; by more than ${MOST_LATENESS_MS} ms with one packet in 100 in ${restless} of ${runs.length} runs. Such restless runs tell of this`,
    'machine more than of the model: repeat them where it is quiet, or as root (the lab then runs in real time)',
  ].join('\n')
}

const WIDTHS = [44, 22, 7, 15, 22, 8] as const

function line(...cells: readonly string[]): string {
  return cells
    .map((cell, column) => (column === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[column] ?? 0)))
    .join('  ')
    .trimEnd()
}

const percent = (ratio: number): string => `${ratio < 0 ? '-' : '+'}${(100 * Math.abs(ratio)).toFixed(1)} %`
const size = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`

function durationText(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`
}
