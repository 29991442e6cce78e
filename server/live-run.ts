import type { RunEnding } from '../protocol/weir-api.ts'
import type { RunEvent } from '../stream/record.ts'
import type { RunMeasures } from '../stream/run-measures.ts'
import type { LinkRecorder } from './link-watch.ts'
import { RunCapture, type RunCaptureOptions } from './run-capture.ts'
import type { RunOutcome, RunOutcomeFold } from './run-outcome.ts'
import { RunRecordFile } from './run-record-file.ts'

export type LiveRunOptions = {
  readonly recordPath: string
  readonly head: string
  readonly capture: RunCaptureOptions
  readonly fold: RunOutcomeFold // that nobody has told anything yet
  /** Begins to tell what happens on the link; gives what ends that. */
  readonly follow: (recorder: LinkRecorder) => () => void
  /** Told once, when all that was told is on the disk; the end has come when it has resolved. */
  readonly onEnded: (by: RunEnding) => Promise<void>
}

/** Without a word from the viewers for so long, nobody watches any more. */
export const SILENCE_MS = 10_000

/** A run while it is written down: what its viewers tell, and what its link does, in the order in which it comes. */
export class LiveRun {
  readonly #options: LiveRunOptions
  readonly #file: RunRecordFile
  readonly #capture: RunCapture
  readonly #unfollow: () => void
  readonly #silence: NodeJS.Timeout
  #ended: Promise<void> | undefined

  constructor(options: LiveRunOptions) {
    this.#options = options
    this.#file = new RunRecordFile(options.recordPath, options.head)
    this.#capture = new RunCapture(options.capture)
    this.#silence = setTimeout(() => void this.end('silence'), SILENCE_MS).unref()
    this.#file.written.catch(() => this.end('disk'))
    this.#unfollow = options.follow({
      record: (event) => this.#add(event),
      capture: (datagram) => this.#capture.add(datagram),
      end: () => void this.end('link-gone'),
    })
  }

  /** Up to now. */
  measures(): RunMeasures {
    return this.#options.fold.measures()
  }

  outcome(): RunOutcome {
    return this.#options.fold.outcome()
  }

  /** How much of the capture can be read. */
  get capturedBytes(): number {
    return this.#capture.writtenBytes
  }

  /** What is told now would no longer be written down. */
  get isEnding(): boolean {
    return this.#ended !== undefined
  }

  append(events: readonly RunEvent[]): void {
    this.#silence.refresh()
    for (const event of events) this.#add(event)
  }

  /** Resolves when what was told before can be read from the file. */
  flush(): Promise<void> {
    return this.#file.flush()
  }

  /** Resolves when all is on the disk, or when the disk would take no more. */
  end(by: RunEnding): Promise<void> {
    this.#ended ??= this.#end(by)
    return this.#ended
  }

  async #end(by: RunEnding): Promise<void> {
    clearTimeout(this.#silence)
    this.#unfollow()
    await this.#capture.end()
    const isWritten = await this.#file.end().then(
      () => true,
      () => false,
    )
    await this.#options.onEnded(isWritten ? by : 'disk')
  }

  #add(event: RunEvent): void {
    this.#file.record(event)
    this.#options.fold.add(event)
  }
}
