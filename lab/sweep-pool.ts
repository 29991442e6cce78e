import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { UnplayableSide, type SimulatedVideo } from '../simulation/experiment.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRun, plannedRunCount } from '../simulation/planned-runs.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { startSweepWorker } from './start-sweep-worker.ts'
import type { SweepAnswer } from './sweep-worker.ts'

export type SweepOptions = {
  readonly jobs?: number // absent: one for each processor
  readonly skip?: (index: number) => boolean // what has been run before
  readonly signal?: AbortSignal
  readonly maxHeapMegabytes?: number // of each worker; absent: as Node has it
}

/** A run that came to no end, or the worker that had it: the run is named, with the reason. */
export class SweepFailure extends Error {}

/** So that a worker has the next run at hand while the result of the last one is taken. */
const AHEAD = 2

/** Plays the runs of a virtual scenario in worker threads and gives each as it ends: in no order, but the same runs however
 *  many workers there are. Runs that nobody has taken yet hold up the next ones. An abort ends all at once and throws its
 *  reason; so does leaving early, without a throw. Throws SweepFailure, and UnplayableSide for a side that cannot be played. */
export async function* sweep(
  scenario: Scenario,
  video: SimulatedVideo,
  { jobs = availableParallelism(), skip = () => false, signal, maxHeapMegabytes }: SweepOptions = {},
): AsyncGenerator<LabRun> {
  signal?.throwIfAborted()
  const pool = new SweepPool(() => startSweepWorker({ scenario, video }, maxHeapMegabytes), scenario, jobs)
  const abort = (): void => pool.fail(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    for (let index = 0; index < plannedRunCount(scenario); index += 1) {
      if (skip(index)) continue
      pool.give(index)
      if (pool.untaken >= jobs * AHEAD) yield await pool.take()
    }
    while (pool.untaken > 0) yield await pool.take()
  } finally {
    signal?.removeEventListener('abort', abort)
    await pool.close()
  }
}

class SweepPool {
  readonly #startWorker: () => Worker
  readonly #scenario: Scenario
  readonly #jobs: number
  readonly #running = new Map<Worker, Set<number>>() // the runs that each has
  readonly #done: LabRun[] = []
  #failure: { readonly reason: unknown } | undefined
  #wake = (): void => {}

  constructor(startWorker: () => Worker, scenario: Scenario, jobs: number) {
    this.#startWorker = startWorker
    this.#scenario = scenario
    this.#jobs = jobs
  }

  /** Runs that were given, but not taken. */
  get untaken(): number {
    return [...this.#running.values()].reduce((sum, { size }) => sum + size, this.#done.length)
  }

  /** To whoever has the least to do; a further worker is started as long as nobody is free. */
  give(index: number): void {
    if (this.#failure !== undefined) throw this.#failure.reason
    const [freest] = [...this.#running].toSorted(([, a], [, b]) => a.size - b.size)
    const isCrowded = freest === undefined || (freest[1].size > 0 && this.#running.size < this.#jobs)
    const [worker, runs] = isCrowded ? this.#start() : freest
    runs.add(index)
    worker.postMessage(index)
  }

  /** The next run that ends. */
  async take(): Promise<LabRun> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason
      const run = this.#done.shift()
      if (run !== undefined) return run
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Ends the work of all; the first reason counts. */
  fail(reason: unknown): void {
    this.#failure ??= { reason }
    void this.close()
    this.#wake()
  }

  async close(): Promise<void> {
    this.#failure ??= { reason: new Error('the sweep has been closed') }
    await Promise.all([...this.#running.keys()].map((worker) => worker.terminate()))
  }

  #start(): readonly [Worker, Set<number>] {
    const worker = this.#startWorker()
    const runs = new Set<number>()
    this.#running.set(worker, runs)
    const fail = (why: string): void => this.fail(new SweepFailure(`${this.#names(runs)}: ${why}`))
    worker.on('message', (answer: SweepAnswer) => this.#answered(answer, runs))
    worker.on('error', (error) => fail(error.stack ?? error.message))
    worker.on('messageerror', (error) => fail(error.message))
    worker.on('exit', (code) => fail(`its worker ended with ${code}`)) // after an error, or closed: not the first reason
    return [worker, runs]
  }

  #answered(answer: SweepAnswer, runs: Set<number>): void {
    switch (answer.kind) {
      case 'done':
        runs.delete(answer.run.index)
        this.#done.push(answer.run)
        return this.#wake()
      case 'unplayable':
        return this.fail(new UnplayableSide(answer.why))
      case 'failed':
        return this.fail(new SweepFailure(`${this.#names([answer.index])}: ${answer.why}`))
    }
  }

  /** A worker works in the order of what it was given. */
  #names([index]: Iterable<number>): string {
    if (index === undefined) return 'between two runs'
    const { network, axes, seed } = plannedRun(this.#scenario, index)
    const cell = Object.entries(axes).map(([axis, value]) => `${axis} ${value}`)
    return `run ${index} (${[network, ...cell, `seed ${seed}`].join(', ')})`
  }
}
