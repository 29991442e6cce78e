import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { LinkMeasuresFold, type LinkMeasures } from '../stream/link-measures.ts'
import type { LinkEvent, RunEvent } from '../stream/record.ts'
import { readRecordEvent } from '../stream/run-record.ts'
import { LinkRefused } from './weir-links.ts'

export type LinkTruthOptions = {
  readonly tell?: ((event: RunEvent) => void) | undefined // what the server tells of the link, its clock included
}

/** What a Weir server tells of a link while it is used: each packet's fate. Ends when the link is removed. */
export class LinkTruth {
  readonly #fold = new LinkMeasuresFold()
  readonly #tell: LinkTruthOptions['tell']
  #newestMs = 0
  #leftOutEvents = 0
  #ended: Promise<void> = Promise.resolve()

  private constructor({ tell }: LinkTruthOptions) {
    this.#tell = tell
  }

  /** Resolves when the server has begun to tell. Rejects with LinkRefused. */
  static async open(recordAddress: string, options: LinkTruthOptions = {}): Promise<LinkTruth> {
    const response = await fetch(recordAddress)
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      throw new LinkRefused(`${recordAddress} was answered ${response.status}`)
    }
    const truth = new LinkTruth(options)
    truth.#ended = truth.#read(response.body)
    truth.#ended.catch(() => undefined) // told by `end`
    return truth
  }

  /** When all that was told has been read. Rejects when the server broke off. */
  async end(): Promise<void> {
    await this.#ended
    if (this.#leftOutEvents > 0)
      throw new Error(`${this.#leftOutEvents} events of the link were told too fast for the lab`)
  }

  /** Of this lane, from the server to the viewer; undefined where nothing was sent. */
  down(lane: 'tcp' | 'udp'): LinkMeasures | undefined {
    const isOfLane = (measures: LinkMeasures): boolean => measures.lane === lane || measures.lane === 'shared'
    return this.#fold.at(this.#newestMs).find((measures) => measures.direction === 'down' && isOfLane(measures))
  }

  async #read(body: ReadableStream): Promise<void> {
    let lineNumber = 0
    for await (const line of createInterface({ input: Readable.fromWeb(body as never), crlfDelay: Infinity })) {
      lineNumber += 1
      if (lineNumber > 1) this.#add(line, lineNumber) // the first one is the head
    }
  }

  #add(line: string, lineNumber: number): void {
    const read = readRecordEvent(line, `line ${lineNumber}`)
    if (!read.ok) throw new Error(`the record of a link is unreadable: ${JSON.stringify(read.fault)}`)
    const event = read.value
    this.#tell?.(event)
    if (event.kind === 'events-left-out') this.#leftOutEvents += event.events
    if (isOfLink(event)) {
      this.#newestMs = Math.max(this.#newestMs, event.atMs)
      this.#fold.add(event)
    }
  }
}

function isOfLink(event: RunEvent): event is LinkEvent {
  return 'lane' in event
}
