import type { HeardMessage, OwnClient, RealtimeEvent } from '../../protocol/realtime-api.ts'
import { EventReception } from '../../stream/event-reception.ts'

const MOST_MESSAGES = 8

/** What one of the server's own clients has had. */
export class OwnReception {
  readonly #reception = new EventReception()
  readonly #nowUnixMs: () => number
  readonly #said = new Map<string, number>() // by id, when
  readonly #heard: HeardMessage[] = []

  constructor(nowUnixMs: () => number) {
    this.#nowUnixMs = nowUnixMs
  }

  get newestSequence(): number {
    return this.#reception.newestSequence
  }

  /** An event's text, as it came. */
  take(text: string): void {
    const event = JSON.parse(text) as RealtimeEvent
    const receivedUnixMs = this.#nowUnixMs()
    this.#reception.add(event.sequence, event.unixMs, receivedUnixMs)
    if (event.kind === 'message') this.#hear(event.message.id, event.unixMs, receivedUnixMs)
  }

  /** A message of its own goes up. */
  noteSaid(id: string): void {
    this.#said.set(id, this.#nowUnixMs())
    const [oldest] = this.#said.keys()
    if (this.#said.size > MOST_MESSAGES && oldest !== undefined) this.#said.delete(oldest)
  }

  read(): OwnClient {
    return { reception: this.#reception.read(), heard: this.#heard }
  }

  #hear(id: string, loggedUnixMs: number, heardUnixMs: number): void {
    const saidUnixMs = this.#said.get(id)
    if (saidUnixMs === undefined) return // somebody else's
    this.#heard.push({ id, saidUnixMs, loggedUnixMs, heardUnixMs })
    if (this.#heard.length > MOST_MESSAGES) this.#heard.shift()
  }
}
