import type { Writable } from 'node:stream'
import { tellerOf } from '../stream/run-clock.ts'
import type { RunEvent } from '../stream/record.ts'
import { writeRecordEvent } from '../stream/run-record.ts'
import type { LinkRecorder } from './link-watch.ts'

/** What waits for a slow reader before events are left out: some 5,000 events. */
export const UNREAD_LIMIT_BYTES = 1_000_000
const PIECE_BYTES = 64_000

export type LinkRecordOptions = {
  /** What is told within this time leaves as one piece; without, what one turn of the event loop tells. */
  readonly gatherMs?: number
  readonly unreadLimitBytes?: number
  readonly limitBytes?: number // of all; what is told later is left out
}

/** A run written into a stream as it happens, a line an event. What a reader is too slow for is left out and counted, and
 *  the count stands as a line where the gap is. */
export class LinkRecord implements LinkRecorder {
  readonly #out: Writable
  readonly #gatherMs: number
  readonly #unreadLimitBytes: number
  readonly #limitBytes: number
  #lines: string[] = []
  #lineBytes = 0
  #writtenBytes = 0
  #leftOutEvents = 0
  #leftOutMs = 0 // link time of the newest of them
  #isFlushing = false

  constructor(
    out: Writable,
    head: string,
    { gatherMs = 0, unreadLimitBytes = UNREAD_LIMIT_BYTES, limitBytes = Infinity }: LinkRecordOptions = {},
  ) {
    this.#out = out
    this.#gatherMs = gatherMs
    this.#unreadLimitBytes = unreadLimitBytes
    this.#limitBytes = limitBytes
    this.#add(head)
  }

  record(event: RunEvent): void {
    if (!this.#hasRoom) return this.#leaveOut(event)
    this.#tellGap()
    this.#add(writeRecordEvent(event))
  }

  end(): void {
    this.#tellGap()
    this.flush()
    this.#out.end()
  }

  /** Hands on what has been gathered. */
  flush(): void {
    if (this.#lineBytes === 0 || this.#out.writableEnded || this.#out.destroyed) return
    this.#out.write(this.#lines.join(''))
    this.#writtenBytes += this.#lineBytes
    this.#lines = []
    this.#lineBytes = 0
  }

  get #hasRoom(): boolean {
    const isRead = this.#out.writableLength + this.#lineBytes <= this.#unreadLimitBytes
    return isRead && this.#writtenBytes + this.#lineBytes <= this.#limitBytes
  }

  #leaveOut(event: RunEvent): void {
    this.#leftOutEvents += 1
    if (event.kind !== 'clock' && tellerOf(event) === 'link') this.#leftOutMs = event.atMs
  }

  #tellGap(): void {
    if (this.#leftOutEvents === 0) return
    this.#add(writeRecordEvent({ kind: 'events-left-out', atMs: this.#leftOutMs, events: this.#leftOutEvents }))
    this.#leftOutEvents = 0
  }

  #add(line: string): void {
    this.#lines.push(line)
    this.#lineBytes += line.length // ASCII, but for names in the head
    if (this.#lineBytes >= PIECE_BYTES) this.flush()
    if (this.#isFlushing) return
    this.#isFlushing = true
    const flush = (): void => {
      this.#isFlushing = false
      this.flush()
    }
    if (this.#gatherMs === 0) setImmediate(flush)
    else setTimeout(flush, this.#gatherMs).unref()
  }
}
