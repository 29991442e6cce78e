import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createGzip } from 'node:zlib'
import type { RunEvent } from '../stream/record.ts'
import { readRecordEvent } from '../stream/run-record.ts'
import { LinkRecord } from './link-record.ts'

/** Of text; what a run tells beyond it is left out. */
const LIMIT_BYTES = 200_000_000
const UNWRITTEN_LIMIT_BYTES = 16_000_000 // for a slow disk
const GATHER_MS = 100
const FLUSH_MS = 1000 // so much is lost when the process is killed

/** A run's record on its way into a compressed file. */
export class RunRecordFile {
  /** Resolves when all is in the file; rejects when the disk takes no more. */
  readonly written: Promise<void>
  readonly #gzip = createGzip({ level: 1 })
  readonly #file: WriteStream
  readonly #record: LinkRecord
  readonly #flushing: NodeJS.Timeout

  constructor(path: string, head: string) {
    const bounds = { gatherMs: GATHER_MS, unreadLimitBytes: UNWRITTEN_LIMIT_BYTES, limitBytes: LIMIT_BYTES }
    this.#file = createWriteStream(path)
    this.written = pipeline(this.#gzip, this.#file)
    this.written.catch(() => clearInterval(this.#flushing)) // told to who waits for it
    this.#record = new LinkRecord(this.#gzip, head, bounds)
    this.#flushing = setInterval(() => void this.flush(), FLUSH_MS).unref()
  }

  record(event: RunEvent): void {
    this.#record.record(event)
  }

  /** Resolves when what was recorded before can be read from the file, or when the disk takes no more. */
  flush(): Promise<void> {
    const hasEnded = this.written.catch(() => undefined)
    this.#record.flush()
    if (this.#gzip.writableEnded || this.#gzip.destroyed) return hasEnded
    return Promise.race([this.#flushThrough(), hasEnded])
  }

  async #flushThrough(): Promise<void> {
    await new Promise<void>((resolve) => this.#gzip.flush(constants.Z_SYNC_FLUSH, resolve))
    do {
      if (this.#file.writableEnded || this.#file.destroyed) return // then all of it is told by `written`
      await new Promise<void>((resolve) => this.#file.write('', () => resolve())) // after what the file was given before
    } while (this.#gzip.readableLength > 0)
  }

  end(): Promise<void> {
    clearInterval(this.#flushing)
    this.#record.end()
    return this.written
  }
}

/** The text of a record in pieces of whole lines; a file that was cut off, or is still being written, ends with its last
 *  whole line. */
export async function* recordPieces(path: string): AsyncGenerator<string> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }) // a missing end is no fault
  const read = pipeline(createReadStream(path), gunzip)
  read.catch(() => undefined) // told by the loop
  let rest = ''
  for await (const chunk of gunzip.setEncoding('utf8')) {
    rest += chunk as string
    const end = rest.lastIndexOf('\n') + 1
    if (end > 0) yield rest.slice(0, end)
    rest = rest.slice(end)
  }
}

/** Its lines, each without its end. */
export async function* recordLines(path: string): AsyncGenerator<string> {
  for await (const piece of recordPieces(path)) yield* piece.slice(0, -1).split('\n')
}

/** Its events; the head and a line that is none are left out. */
export async function* recordEvents(path: string): AsyncGenerator<RunEvent> {
  for await (const line of recordLines(path)) {
    const event = readRecordEvent(line, 'a line')
    if (event.ok) yield event.value
  }
}
