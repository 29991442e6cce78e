import { expect, test } from 'vitest'
import { spreadOf } from './validate-bounds.ts'
import { plannedSeconds, type ValidatedCell, type Validation } from './validate-kernel.ts'
import type { KernelRun } from './validate-lab.ts'
import { cellLine, conclusion } from './validate-text.ts'

const line = { congestionControl: 'cubic', rateBitsPerSecond: 4e6, oneWayDelayMs: 20, flows: 1 } as const
const loss = { kind: 'random', lossRatio: 0.02 } as const
const calm: KernelRun = {
  goodputKbps: 1000,
  handshakesMs: [40.8],
  congestionControl: 'cubic',
  segmentBytes: 1448,
  retransmitted: 12,
  relay: { tailDropped: 0, queued: 900, lost: 12, overlooked: 0 },
  latenessMs: { p50: 0.1, p99: 5, most: 9 },
}
const late: KernelRun = { ...calm, latenessMs: { p50: 0.1, p99: 5.1, most: 9 } }
const overlooking: KernelRun = { ...calm, relay: { ...calm.relay, overlooked: 1 } }

function validated(...runs: readonly KernelRun[]): ValidatedCell {
  return {
    cell: { ...line, loss },
    runs,
    kernel: spreadOf([980, 1020]),
    model: spreadOf([1030]),
    errorRatio: 0.03,
    errorStandardError: 0.012,
    modelOfLab: spreadOf([990]),
    errorOfLabRatio: -0.01,
  }
}

function validation(...runs: readonly KernelRun[]): Validation {
  return {
    kernel: '6.1.0',
    addedRoundTripMs: 0.8,
    cells: [validated(...runs)],
    skipped: [{ ...line, congestionControl: 'bbr' }],
    meanErrorRatio: 0.03,
    meanErrorOfLabRatio: 0.01,
    gridMeanErrorRatio: 0.02,
    limitRatio: 0.03,
    holds: true,
  }
}

test('cellLine tells kernel, model, error, and the error with the round trip of the lab', () => {
  expect(cellLine(validated(calm)).replaceAll(/ {2,}/g, ' | ')).toBe(
    'cubic, 4 Mbit/s, 20 ms, 2 % | 1000 (980 to 1020) | 1030 | +3.0 % ± 1.2 | 990 | -1.0 %',
  )
})

test('cellLine counts as restless the runs in which the relay was late or overlooked a frame', () => {
  expect(cellLine(validated(calm, late, overlooking))).toMatch(/ {2}restless: 2 of 3 runs$/)
})

test('conclusion tells the mean error, the bound, and what this kernel could not measure', () => {
  const text = conclusion(validation(calm))
  expect(text).toContain('not measured, this kernel has no bbr: bbr, 4 Mbit/s, 20 ms, 0 %')
  expect(text).toContain('0.80 ms more than the line')
  expect(text).toContain('in each run by at most 5 ms')
  expect(text).toContain(
    "Mean |error|: 3.0 % (with the lab's delay in the model 1.0 %); on the grid of bench/reference 2.0 %.",
  )
  expect(text).toMatch(/the grid's, 3\.0 %: met\.$/)
})

test('conclusion says that restless runs tell of the machine', () => {
  expect(conclusion(validation(calm, late))).toContain('in 1 of 2 runs. Such restless runs tell of this\nmachine more')
})

test('plannedSeconds counts one run where nothing is left to chance, and the labs that work at once', () => {
  const plan = { cells: [line, { ...line, loss }], runs: 4, seconds: 10, parallel: 2 }
  expect(plannedSeconds(plan)).toBe(3 * 10.5)
})
