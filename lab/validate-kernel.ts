import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { judgeGoodput, meanErrors, meanOf, seedsOf, spreadOf, type Judgement, type Spread } from './validate-bounds.ts'
import { freshCells } from './validate-cells.ts'
import { KernelLab, type KernelRun } from './validate-lab.ts'
import { modelGoodputKbps, type BulkCell } from './validate-model.ts'
import { readGrid, type GridCell } from './validate-reference.ts'

export type ValidationPlan = {
  readonly cells: readonly BulkCell[]
  readonly runs: number // of the kernel in each cell that loses packets; one in the others
  readonly seconds: number // of each run
  readonly parallel: number // labs at once
}

/** Kernel and model met the same losses in each run; so the errors of the runs scatter far less than their goodputs. */
export type ValidatedCell = {
  readonly cell: BulkCell
  readonly runs: readonly KernelRun[]
  readonly kernel: Spread
  readonly model: Spread // of the line as it was asked for: this is judged
  readonly errorRatio: number
  readonly errorStandardError: number
  readonly modelOfLab: Spread // with the round trip that the lab itself adds
  readonly errorOfLabRatio: number
}

export type Validation = {
  readonly kernel: string
  readonly addedRoundTripMs: number
  readonly cells: readonly ValidatedCell[]
  readonly skipped: readonly BulkCell[] // this kernel has no such congestion control
  readonly meanErrorRatio: number
  readonly meanErrorOfLabRatio: number
  readonly gridMeanErrorRatio: number
  readonly limitRatio: number
  readonly holds: boolean
}

export type ValidationWatch = {
  readonly signal?: AbortSignal
  readonly onReady?: () => void // all that is needed is here; now it takes its time
  readonly onProgress?: (ratio: number) => void
  readonly onCell?: (cell: ValidatedCell) => void
}

const GRID_SEEDS = 40
const LIMIT_TIMES_GRID = 1.5
/** A relay that was later than this with one packet in a hundred was a part of the line: such a run is made again, once,
 *  and the calmer one counts. */
export const MOST_LATENESS_MS = 5
const CALIBRATION = { runs: 5, seconds: 0.2, oneWayDelayMs: 20 } as const
const SET_UP_SECONDS_A_RUN = 0.5

export function planOf({
  quick = false,
  runs,
  seconds,
  parallel = availableParallelism(),
}: {
  readonly quick?: boolean
  readonly runs: number
  readonly seconds: number
  readonly parallel?: number
}): ValidationPlan {
  return { cells: freshCells({ quick }), runs, seconds, parallel }
}

/** How long the kernel's runs take on any machine; those of a restless one are made again, and so up to twice that. */
export function plannedSeconds({ cells, runs, seconds, parallel }: ValidationPlan): number {
  const allRuns = cells.reduce((sum, cell) => sum + seedsOf(cell, runs).length, 0)
  return Math.ceil(allRuns / parallel) * (seconds + SET_UP_SECONDS_A_RUN)
}

/** Real kernel TCP over each line, and the model over the same. Rejects with LabMissing, or with the signal's reason. */
export async function validateKernel(plan: ValidationPlan, watch: ValidationWatch = {}): Promise<Validation> {
  const labs: KernelLab[] = []
  const close = (): Promise<unknown> => Promise.all(labs.map((lab) => lab.close()))
  const onAbort = (): void => void close()
  watch.signal?.addEventListener('abort', onAbort)
  try {
    for (let count = 0; count < plan.parallel; count += 1) labs.push(await KernelLab.open())
    watch.onReady?.()
    const [first] = labs as [KernelLab, ...KernelLab[]]
    const isKnown = ({ congestionControl }: BulkCell): boolean =>
      first.facts.congestionControls.includes(congestionControl)
    const addedRoundTripMs = await measureAddedRoundTrip(first)
    const cells = await measureCells({ ...plan, cells: plan.cells.filter(isKnown) }, addedRoundTripMs, labs, watch)
    await close() // the grid would only disturb what is measured
    return {
      kernel: first.facts.kernel,
      addedRoundTripMs,
      cells,
      skipped: plan.cells.filter((cell) => !isKnown(cell)),
      ...(await verdictOn(cells, watch.signal)),
    }
  } catch (error) {
    watch.signal?.throwIfAborted()
    throw error
  } finally {
    watch.signal?.removeEventListener('abort', onAbort)
    await close()
  }
}

/** What a handshake takes beyond the line's delay: the relay, the devices, two processes that wake up. */
async function measureAddedRoundTrip(lab: KernelLab): Promise<number> {
  const { runs, seconds, oneWayDelayMs } = CALIBRATION
  const line: BulkCell = { congestionControl: 'reno', rateBitsPerSecond: 4e6, oneWayDelayMs, flows: 1 }
  const handshakesMs: number[] = []
  for (let seed = 1; seed <= runs; seed += 1)
    handshakesMs.push(...(await lab.run(line, { seed, seconds })).handshakesMs)
  const median = handshakesMs.toSorted((a, b) => a - b)[runs >> 1] as number
  return median - 2 * oneWayDelayMs
}

async function measureCells(
  { cells, runs, seconds }: ValidationPlan,
  addedRoundTripMs: number,
  labs: readonly KernelLab[],
  { onProgress, onCell }: ValidationWatch,
): Promise<ValidatedCell[]> {
  const validated: ValidatedCell[] = []
  const all = cells.map((cell) => ({ cell, seeds: seedsOf(cell, runs), measured: [] as KernelRun[] }))
  const jobs = all.flatMap(({ cell, seeds, measured }, place) =>
    seeds.map((seed) => ({ cell, seeds, measured, place, seed })),
  )
  let doneJobs = 0
  const waiting = jobs.values()
  await Promise.all(
    labs.map(async (lab) => {
      for (const { cell, seeds, measured, place, seed } of waiting) {
        measured[seeds.indexOf(seed)] = await calmRun(lab, cell, { seed, seconds })
        doneJobs += 1
        onProgress?.(doneJobs / jobs.length)
        if (Object.keys(measured).length < seeds.length) continue
        const result = compare(cell, measured, modelsOf(cell, seeds, addedRoundTripMs, seconds))
        validated[place] = result
        onCell?.(result)
      }
    }),
  )
  return validated
}

async function calmRun(lab: KernelLab, cell: BulkCell, options: { seed: number; seconds: number }): Promise<KernelRun> {
  const first = await lab.run(cell, options)
  if (isCalm(first)) return first
  const second = await lab.run(cell, options)
  return isCalm(second) || second.latenessMs.p99 < first.latenessMs.p99 ? second : first
}

export function isCalm({ relay, latenessMs }: KernelRun): boolean {
  return relay.overlooked === 0 && latenessMs.p99 <= MOST_LATENESS_MS
}

type Models = { readonly asked: readonly number[]; readonly ofLab: readonly number[] }

function modelsOf(cell: BulkCell, seeds: readonly number[], addedRoundTripMs: number, seconds: number): Models {
  const over = (line: BulkCell): number[] => seeds.map((seed) => modelGoodputKbps(line, seed, 1000 * seconds))
  const oneWayDelayMs = Math.max(0, cell.oneWayDelayMs + addedRoundTripMs / 2)
  return { asked: over(cell), ofLab: over({ ...cell, oneWayDelayMs }) }
}

function compare(cell: BulkCell, runs: readonly KernelRun[], { asked, ofLab }: Models): ValidatedCell {
  const kernel = spreadOf(runs.map(({ goodputKbps }) => goodputKbps))
  const errors = spreadOf(runs.map(({ goodputKbps }, index) => ((asked[index] as number) - goodputKbps) / kernel.mean))
  return {
    cell,
    runs,
    kernel,
    model: spreadOf(asked),
    errorRatio: errors.mean,
    errorStandardError: errors.standardError,
    modelOfLab: spreadOf(ofLab),
    errorOfLabRatio: meanOf(ofLab) / kernel.mean - 1,
  }
}

/** Held against the grid's own mean |error|, which is worked out here and now. */
async function verdictOn(
  cells: readonly ValidatedCell[],
  signal?: AbortSignal,
): Promise<Omit<Validation, 'kernel' | 'addedRoundTripMs' | 'cells' | 'skipped'>> {
  const grid: Judgement<GridCell>[] = []
  for (const cell of readGrid()) {
    const seeds = seedsOf(cell, GRID_SEEDS)
    grid.push(
      judgeGoodput(
        cell,
        seeds.map((seed) => modelGoodputKbps(cell, seed)),
      ),
    )
    await setImmediate() // an interrupt is heard between two cells
    signal?.throwIfAborted()
  }
  const gridMeanErrorRatio = meanErrors(grid).all
  const limitRatio = LIMIT_TIMES_GRID * gridMeanErrorRatio
  const meanErrorRatio = meanOf(cells.map(({ errorRatio }) => Math.abs(errorRatio)))
  return {
    meanErrorRatio,
    meanErrorOfLabRatio: meanOf(cells.map(({ errorOfLabRatio }) => Math.abs(errorOfLabRatio))),
    gridMeanErrorRatio,
    limitRatio,
    holds: meanErrorRatio <= limitRatio,
  }
}
