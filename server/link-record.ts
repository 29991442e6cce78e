import type { Writable } from 'node:stream'
import { writeRecordEvent } from '../stream/run-record.ts'
import type { LinkRecorder, RecordedEvent } from './link-watch.ts'

/** What waits for a slow reader before events are left out: some 5,000 events. */
export const UNREAD_LIMIT_BYTES = 1_000_000
const PIECE_BYTES = 64_000

/** A run written into a stream as it happens, a line an event. What a reader is too slow for is left out and counted, and
 *  the count stands as a line where the gap is. */
export class LinkRecord implements LinkRecorder {
  readonly #out: Writable
  readonly #gatherMs: number
  #lines: string[] = []
  #lineBytes = 0
  #leftOutEvents = 0
  #leftOutMs = 0 // of the newest of them
  #isFlushing = false

  /** What is told within `gatherMs` leaves as one piece; without, what one turn of the event loop tells. */
  constructor(out: Writable, head: string, gatherMs = 0) {
    this.#out = out
    this.#gatherMs = gatherMs
    this.#add(head)
  }

  record(event: RecordedEvent): void {
    if (this.#out.writableLength + this.#lineBytes > UNREAD_LIMIT_BYTES) {
      this.#leftOutEvents += 1
      this.#leftOutMs = event.atMs
      return
    }
    this.#tellGap()
    this.#add(writeRecordEvent(event))
  }

  end(): void {
    this.#tellGap()
    this.#flush()
    this.#out.end()
  }

  #tellGap(): void {
    if (this.#leftOutEvents === 0) return
    this.#add(writeRecordEvent({ kind: 'events-left-out', atMs: this.#leftOutMs, events: this.#leftOutEvents }))
    this.#leftOutEvents = 0
  }

  #add(line: string): void {
    this.#lines.push(line)
    this.#lineBytes += line.length // ASCII, but for names in the head
    if (this.#lineBytes >= PIECE_BYTES) this.#flush()
    if (this.#isFlushing) return
    this.#isFlushing = true
    const flush = (): void => {
      this.#isFlushing = false
      this.#flush()
    }
    if (this.#gatherMs === 0) setImmediate(flush)
    else setTimeout(flush, this.#gatherMs).unref()
  }

  #flush(): void {
    if (this.#lineBytes === 0 || this.#out.writableEnded || this.#out.destroyed) return
    this.#out.write(this.#lines.join(''))
    this.#lines = []
    this.#lineBytes = 0
  }
}
