import { parentPort, workerData } from 'node:worker_threads'
import { UnplayableSide, type SimulatedVideo } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { playRun } from '../simulation/play-run.ts'
import type { Scenario } from '../simulation/scenario.ts'

/** What every worker of a sweep is given once. */
export type SweepWork = { readonly scenario: Scenario; readonly video: SimulatedVideo }

/** What it answers to the index of a run. */
export type SweepAnswer =
  | { readonly kind: 'done'; readonly run: LabRun }
  | { readonly kind: 'unplayable' | 'failed'; readonly index: number; readonly why: string }

const { scenario, video } = workerData as SweepWork

parentPort?.on('message', (index: number) => parentPort?.postMessage(answerTo(index)))

function answerTo(index: number): SweepAnswer {
  try {
    return { kind: 'done', run: playRun(scenario, video, index) }
  } catch (error) {
    if (error instanceof UnplayableSide) return { kind: 'unplayable', index, why: error.message }
    return { kind: 'failed', index, why: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
