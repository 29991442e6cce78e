import { LRUCache } from 'lru-cache'
import PQueue from 'p-queue'
import type { Logger } from 'pino'
import type { RunQuality } from '../protocol/weir-api.ts'
import type { Tools } from '../segmenter/tools.ts'
import type { OpenPresentation, PresentationSource } from '../udp-relay/presentation-source.ts'
import { measureDisplayedQuality } from './displayed-quality.ts'
import { Refusal } from './refusal.ts'
import type { RunFolder } from './run-folder.ts'
import { keepQuality, keptQuality } from './run-quality-file.ts'
import { recordEvents } from './run-record-file.ts'
import type { Runs } from './runs.ts'

export type QualityJobsOptions = {
  readonly runs: Pick<Runs, 'find' | 'variants' | 'recordPath' | 'beforeRemoval'>
  readonly folder: RunFolder
  readonly source: PresentationSource
  readonly tools: Promise<Tools>
  readonly version: string // of Weir
  readonly requireFreeSpace: (neededBytes: number) => Promise<void> // throws `disk-full`
  readonly logger: Logger
}

type Job = { readonly stop: AbortController; ended: Promise<void>; isRunning: boolean; progressRatio: number }

const MOST_JOBS = 10 // waiting and at work
const ROOM_BYTES = 200_000_000 // for some seconds of two variants
const FAILURES_KEPT = 50

/** Measures the displayed quality of runs that have ended, one at a time, in the order in which it was asked. */
export class QualityJobs {
  readonly #options: QualityJobsOptions
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #jobs = new Map<string, Job>()
  readonly #failures = new LRUCache<string, string>({ max: FAILURES_KEPT })

  constructor(options: QualityJobsOptions) {
    this.#options = options
    options.runs.beforeRemoval((id) => this.cancel(id))
  }

  /** Does nothing where it is being measured, or has been. Throws `unknown-run`, `run-not-ended`, `media-gone`,
   *  `disk-full`, `too-many-requests`. */
  async start(id: string): Promise<RunQuality> {
    const { runs, requireFreeSpace } = this.#options
    if (runs.find(id).state === 'running') throw new Refusal('run-not-ended', 'expected a run that has ended')
    if (['waiting', 'measuring', 'measured'].includes((await this.of(id)).state)) return this.of(id)
    close(await this.#open(id))
    await requireFreeSpace(ROOM_BYTES)
    if (this.#jobs.size >= MOST_JOBS) {
      throw new Refusal('too-many-requests', `expected at most ${MOST_JOBS} measurements at once`, {
        'Retry-After': '60',
      })
    }
    if (!this.#jobs.has(id)) this.#add(id)
    return this.of(id)
  }

  /** Throws `unknown-run`. */
  async of(id: string): Promise<RunQuality> {
    const { runs, folder, version } = this.#options
    runs.find(id)
    const job = this.#jobs.get(id)
    if (job !== undefined) {
      return { state: job.isRunning ? 'measuring' : 'waiting', progressRatio: job.progressRatio, notes: [] }
    }
    const kept = await keptQuality(folder.path(id, 'quality.json'), version)
    if (kept !== undefined) return { state: 'measured', progressRatio: 1, ...kept }
    const problem = this.#failures.get(id)
    if (problem !== undefined) return { state: 'failed', progressRatio: 0, notes: [], problem }
    return { state: 'none', progressRatio: 0, notes: [] }
  }

  /** Ends the measurement, if there is one, and waits until nothing of it is left. */
  async cancel(id: string): Promise<void> {
    const job = this.#jobs.get(id)
    job?.stop.abort(new Error('given up'))
    if (job?.isRunning === true) await job.ended
    this.#jobs.delete(id)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#jobs.keys()].map((id) => this.cancel(id)))
  }

  async #open(id: string): Promise<readonly OpenPresentation[]> {
    const { runs, source } = this.#options
    const { video } = runs.find(id)
    const opened = await Promise.all((await runs.variants(id)).map(({ name }) => source.open(video, name)))
    const variants = opened.filter((presentation) => presentation !== undefined)
    const pictured = variants.filter((presentation) => presentation.outline().video !== undefined)
    close(variants.filter((presentation) => !pictured.includes(presentation)))
    if (pictured.length > 0) return pictured
    throw new Refusal('media-gone', 'expected the video of the run, whose pictures are to be compared')
  }

  #add(id: string): void {
    const job: Job = {
      stop: new AbortController(),
      ended: Promise.resolve(),
      isRunning: false,
      progressRatio: 0,
    }
    this.#failures.delete(id)
    this.#jobs.set(id, job)
    job.ended = this.#queue.add(() => this.#run(id, job))
  }

  async #run(id: string, job: Job): Promise<void> {
    if (job.stop.signal.aborted) return // given up while it waited
    job.isRunning = true
    const startedMs = performance.now()
    const logger = this.#options.logger.child({ run: id })
    try {
      await this.#measure(id, job)
      logger.info({ durationMs: Math.round(performance.now() - startedMs) }, 'displayed quality measured')
    } catch (error) {
      if (job.stop.signal.aborted) return
      logger.warn({ err: error }, 'displayed quality could not be measured')
      this.#failures.set(id, error instanceof Error ? error.message : String(error))
    } finally {
      if (this.#jobs.get(id) === job) this.#jobs.delete(id)
    }
  }

  async #measure(id: string, job: Job): Promise<void> {
    const { runs, folder, tools, version } = this.#options
    const events = recordEvents(await runs.recordPath(id))
    const variants = await this.#open(id)
    const material = { events, variants, tools: await tools, folder: folder.path(id, 'quality.tmp') }
    try {
      const quality = await measureDisplayedQuality(material, {
        signal: job.stop.signal,
        onProgress: (ratio) => (job.progressRatio = ratio),
      })
      await keepQuality(folder.path(id, 'quality.json'), version, quality)
    } finally {
      close(variants)
    }
  }
}

function close(variants: readonly OpenPresentation[]): void {
  for (const presentation of variants) presentation.close()
}
