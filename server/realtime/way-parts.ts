import type { Duplex } from 'node:stream'
import type { TextLog } from './text-log.ts'
import type { WayCounters } from './way-counters.ts'
import type { WayGate } from './way-gate.ts'

/** What each way is made of. */
export type WayParts = {
  readonly log: TextLog
  readonly counters: WayCounters
  readonly gate: WayGate
  /** What a client said, as it came: the text of a message. Throws the refusal. */
  readonly onMessage: (text: string) => void
}

/** A way over TCP: what it does with a client's connection, and how it lets go of what it keeps of clients. */
export type ConnectionWay = {
  take(stream: Duplex): void
  forgetClients(): void
}
