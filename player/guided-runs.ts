import { signal } from '@preact/signals'
import { budgetNames, judgeLabBudgets, type JudgedLabBudget } from '../simulation/lab-budget.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import type { RunTimeline } from '../simulation/run-timeline.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { GuidedAnswer, GuidedOrder } from './guided-messages.ts'
import { workerCount } from './what-if-workers.ts'

/** An experiment that was made: all of its runs, in the order of the plan, and what became of its claims. */
export type GuidedResult = {
  readonly scenario: Scenario
  readonly runs: readonly LabRun[]
  readonly timelines: readonly RunTimeline[] // of the first seed on each network and in each cell
  readonly judged: readonly JudgedLabBudget[] // in the order of the budgets
  readonly tookMs: number
}

export type GuidedState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly doneRuns: number; readonly allRuns: number }
  | { readonly phase: 'done'; readonly result: GuidedResult }
  | { readonly phase: 'failed'; readonly message: string }

/** One experiment made by this browser's workers; a new order ends the one before. */
export class GuidedRuns {
  readonly state = signal<GuidedState>({ phase: 'idle' })
  readonly #workers: Worker[] = []

  run(scenario: Scenario): void {
    this.close()
    const allRuns = plannedRunCount(scenario)
    const shares = sharesOf(allRuns, workerCount(navigator.hardwareConcurrency))
    const fold = new ResultFold(scenario)
    this.state.value = { phase: 'running', doneRuns: 0, allRuns }
    for (const places of shares) this.#employ({ scenario, places }, fold)
  }

  close(): void {
    for (const worker of this.#workers.splice(0)) worker.terminate()
    this.state.value = { phase: 'idle' }
  }

  #employ(order: GuidedOrder, fold: ResultFold): void {
    const worker = new Worker(new URL('./guided-worker.ts', import.meta.url), { type: 'module' })
    this.#workers.push(worker)
    worker.addEventListener('message', ({ data }: MessageEvent<GuidedAnswer>) => this.#take(data, fold))
    worker.addEventListener('error', ({ message }) => this.#fail(message))
    worker.postMessage(order)
  }

  #take(answer: GuidedAnswer, fold: ResultFold): void {
    if (!answer.ok) return this.#fail(answer.message)
    const doneRuns = fold.add(answer)
    const result = fold.result()
    if (result === undefined) {
      this.state.value = { phase: 'running', doneRuns, allRuns: fold.allRuns }
      return
    }
    this.close()
    this.state.value = { phase: 'done', result }
  }

  #fail(message: string): void {
    this.close()
    this.state.value = { phase: 'failed', message }
  }
}

/** Every so manieth run each: long and short ones come to all workers. */
function sharesOf(runs: number, workers: number): readonly (readonly number[])[] {
  const count = Math.min(runs, workers)
  return Array.from({ length: count }, (_, first) =>
    Array.from({ length: Math.ceil((runs - first) / count) }, (_share, step) => first + step * count),
  )
}

class ResultFold {
  readonly allRuns: number
  readonly #scenario: Scenario
  readonly #startMs = performance.now()
  readonly #runs: LabRun[] = []
  readonly #timelines: { readonly index: number; readonly timeline: RunTimeline }[] = []

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.allRuns = plannedRunCount(scenario)
  }

  /** Gives how many there are now. */
  add({ run, timeline }: Extract<GuidedAnswer, { ok: true }>): number {
    this.#runs.push(run)
    if (timeline !== undefined) this.#timelines.push({ index: run.index, timeline })
    return this.#runs.length
  }

  /** undefined: some runs have not come yet. */
  result(): GuidedResult | undefined {
    if (this.#runs.length < this.allRuns) return undefined
    const scenario = this.#scenario
    const runs = this.#runs.toSorted((a, b) => a.index - b.index)
    return {
      scenario,
      runs,
      timelines: this.#timelines.toSorted((a, b) => a.index - b.index).map(({ timeline }) => timeline),
      judged: judgeLabBudgets(scenario.budgets, budgetNames(scenario), runs),
      tookMs: performance.now() - this.#startMs,
    }
  }
}
