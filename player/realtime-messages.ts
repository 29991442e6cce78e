import { signal } from '@preact/signals'
import type { HeardMessage, RealtimeMessage, RealtimeWay } from '../protocol/realtime-api.ts'

/** A message on one way: how long it took up, and down again. Undefined: not back yet. */
export type SaidMessage = {
  readonly id: string
  readonly saidUnixMs: number
  readonly upMs?: number
  readonly downMs?: number
}

/** The newest message of each way, there and back. */
export class RealtimeMessages {
  readonly said = signal<ReadonlyMap<RealtimeWay, SaidMessage>>(new Map())
  #newest = 0

  /** The message to be sent, as its text. */
  say(way: RealtimeWay, text: string, saidUnixMs: number): Omit<RealtimeMessage, 'way'> {
    this.#newest += 1
    const id = `${way}-${this.#newest}`
    this.said.value = new Map(this.said.value).set(way, { id, saidUnixMs })
    return { id, text }
  }

  /** It came back by the way on which it went up. */
  hear({ way, id }: Omit<RealtimeMessage, 'text'>, loggedUnixMs: number, heardUnixMs: number): void {
    const said = this.said.value.get(way)
    if (said?.id === id) this.#noteHeard(way, { ...said, loggedUnixMs, heardUnixMs })
  }

  /** As a client of the server's own tells it. */
  noteHeard(way: RealtimeWay, heard: readonly HeardMessage[]): void {
    const newest = heard.at(-1)
    const said = this.said.value.get(way)
    if (newest !== undefined && said?.id === newest.id && said.downMs === undefined) this.#noteHeard(way, newest)
  }

  #noteHeard(way: RealtimeWay, { id, saidUnixMs, loggedUnixMs, heardUnixMs }: HeardMessage): void {
    const upMs = Math.max(0, loggedUnixMs - saidUnixMs)
    const downMs = Math.max(0, heardUnixMs - loggedUnixMs)
    this.said.value = new Map(this.said.value).set(way, { id, saidUnixMs, upMs, downMs })
  }
}
