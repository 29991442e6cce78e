import PQueue from 'p-queue'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { stepBack } from '../segmenter/child-run.ts'
import type { Tools } from '../segmenter/tools.ts'
import { makePackage, type PackageWishes } from '../segmenter/package.ts'
import { SegmenterRefusal } from '../segmenter/segmenter-refusal.ts'
import type { Library } from './library.ts'
import { identifyProcess } from './processes.ts'
import { refusalFor } from './refusal.ts'
import type { VideoRecord } from './video-record.ts'

const PROGRESS_MS = 250 // between two tellings of the same job

export type JobsOptions = {
  readonly library: Library
  readonly tools: Promise<Tools> // a job waits for them; without them it stays queued
  readonly concurrency: number
  readonly minFreeBytes: number
  readonly wishes?: PackageWishes
  readonly logger: Logger
}

/** Segments the videos of the library, some at a time, the oldest request first. */
export class Jobs {
  readonly #options: JobsOptions
  readonly #queue: PQueue
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()
  #isClosing = false

  constructor(options: JobsOptions) {
    this.#options = options
    this.#queue = new PQueue({ concurrency: options.concurrency })
  }

  /** The video must be `queued`. */
  enqueue(id: string): void {
    this.#note(
      id,
      this.#queue.add(() => this.#run(id)),
    )
  }

  /** Ends a video's job, if one runs, and waits until nothing of it is left. */
  async cancel(id: string): Promise<void> {
    const job = this.#running.get(id)
    job?.stop.abort()
    await job?.ended.catch(() => undefined) // told to the log already
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    await this.#queue.onIdle()
  }

  /** Ends all jobs; they begin again at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#queue.clear()
    await Promise.all([...this.#running.keys()].map((id) => this.cancel(id)))
  }

  async #run(id: string): Promise<void> {
    const tools = await this.#options.tools
    const record = this.#options.library.find(id)
    if (this.#isClosing || record?.status !== 'queued') return // removed while it waited
    if (this.#running.has(id)) return // removed, restored, and so enqueued twice
    const stop = new AbortController()
    const ended = this.#segment(record, tools, stop.signal)
    this.#running.set(id, { stop, ended })
    await ended.finally(() => this.#running.delete(id))
  }

  async #segment(record: VideoRecord, tools: Tools, signal: AbortSignal): Promise<void> {
    const { id } = record
    const attempt = record.attempt + 1
    const startedMs = performance.now()
    const logger = this.#options.logger.child({ video: id, attempt })
    logger.info({ sourceBytes: record.sourceBytes }, 'segmenting')
    try {
      await this.#attempt(record, attempt, tools, signal)
      logger.info({ durationMs: Math.round(performance.now() - startedMs) }, 'ready')
    } catch (error) {
      await this.#clean(id, attempt)
      if (signal.aborted) logger.info('segmenting ended before its time')
      else await this.#fail(id, error, logger)
    }
  }

  async #attempt(record: VideoRecord, attempt: number, tools: Tools, signal: AbortSignal): Promise<void> {
    const { library, minFreeBytes, wishes } = this.#options
    const { segments = 'ts', singleFiles = false } = wishes ?? {}
    const { id } = record
    await library.folder.requireFreeSpace(record.sourceBytes, minFreeBytes)
    if (segments === 'ts' && record.segments !== undefined) await library.clear(id, ['segments'])
    const isTold = singleFiles || record.singleFiles !== undefined
    const kinds = { ...(segments !== 'ts' && { segments }), ...(isTold && { singleFiles }) }
    await library.change(id, { status: 'segmenting', attempt, ...kinds })
    const folder = library.folder.attempt(id, attempt)
    const told = throttle((progress: { ratio: number; secondsLeft?: number }) => library.setProgress(id, progress))
    const { durationSeconds, variants, warnings, notCopied } = await makePackage(
      join(library.folder.video(id), record.source),
      folder,
      {
        tools,
        signal,
        ...wishes,
        onProgress: told,
        onCopyPlayable: (facts) => this.#note(id, library.change(id, { ...facts, variants: [...facts.variants] })),
        onPlayable: (facts) =>
          this.#note(id, library.change(id, { status: 'playable', ...facts, variants: [...facts.variants] })),
        onProcess: (pid) => {
          stepBack(pid)
          this.#note(id, this.#recordProcess(id, pid))
        },
      },
    )
    signal.throwIfAborted()
    if (notCopied !== undefined) this.#options.logger.info({ video: id, notCopied }, 'encoded the top variant, too')
    await library.publish(id, attempt, { durationSeconds, variants: [...variants], warnings: [...warnings] })
    await library.clear(id, ['processes'])
  }

  /** So that the next server can end an ffmpeg that outlived this one. */
  async #recordProcess(id: string, pid: number): Promise<void> {
    const identity = await identifyProcess(pid)
    const record = this.#options.library.find(id)
    if (identity === undefined || record === undefined) return
    await this.#options.library.change(id, { processes: [...(record.processes ?? []), identity] })
  }

  /** What nobody waits for fails into the log: a record that cannot be written must not end the server. */
  #note(id: string, outcome: Promise<void>): void {
    outcome.catch((error: unknown) =>
      this.#options.logger.error({ err: error, video: id }, 'job: not all could be done'),
    )
  }

  async #clean(id: string, attempt: number): Promise<void> {
    await rm(this.#options.library.folder.attempt(id, attempt), { recursive: true, force: true })
  }

  async #fail(id: string, error: unknown, logger: Logger): Promise<void> {
    logger.warn({ err: error }, 'segmenting failed')
    await this.#options.library.change(id, { status: 'failed', error: failureOf(error) })
  }
}

/** What the page shows of a failure: what people can do something about; for the rest, the log. */
function failureOf(error: unknown): { code: string; message: string } {
  if (error instanceof SegmenterRefusal) return { code: error.code, message: error.message }
  const refusal = refusalFor(error)
  if (refusal !== undefined) return { code: refusal.code, message: refusal.message }
  return {
    code: 'internal',
    message: 'segmenting failed in a way that was not foreseen; the log of the server has the cause',
  }
}

/** Passes on at most one call in `PROGRESS_MS`; the ones between are let go. */
function throttle<T>(listener: (value: T) => void): (value: T) => void {
  let lastMs = -Infinity
  return (value) => {
    if (performance.now() - lastMs < PROGRESS_MS) return
    lastMs = performance.now()
    listener(value)
  }
}
