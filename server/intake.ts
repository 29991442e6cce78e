import { rm } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Tools } from '../segmenter/tools.ts'
import { inspectSource } from '../segmenter/inspect.ts'
import { SegmenterRefusal } from '../segmenter/segmenter-refusal.ts'
import type { Jobs } from './jobs.ts'
import type { Library } from './library.ts'
import { Refusal } from './refusal.ts'
import { extensionOf, titleOf } from './video-names.ts'
import type { VideoRecord } from './video-record.ts'

export type IntakeOptions = {
  readonly library: Library
  readonly jobs: Jobs
  readonly tools: Promise<Tools> // an upload waits for them
  readonly logger: Logger
}

export type Received = {
  readonly id: string
  readonly path: string // of the whole file, in `.uploads`
  readonly title?: string | undefined
  readonly fileName?: string | undefined // as the sender called it
}

/** The one way of a received file into the library: looked at first, so that what is no video is refused at once and
 *  leaves nothing behind; then moved, then queued. */
export class Intake {
  readonly #options: IntakeOptions

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Throws the refusal of what is no video; then, and only then, the file is gone. */
  async accept({ id, path, title, fileName }: Received): Promise<VideoRecord> {
    const { library, jobs, logger } = this.#options
    await this.#inspect(path)
    const record = await library.add({
      id,
      title: titleOf(title, fileName),
      file: path,
      extension: extensionOf(fileName),
    })
    logger.info({ video: id, sourceBytes: record.sourceBytes }, 'video received')
    jobs.enqueue(id)
    return record
  }

  async #inspect(path: string): Promise<void> {
    try {
      await inspectSource(path, { tools: await this.#options.tools })
    } catch (error) {
      if (!(error instanceof SegmenterRefusal)) throw error
      await rm(path, { force: true })
      throw new Refusal(error.code, error.message)
    }
  }
}
