import type { EventLog } from '../event-log.ts'

/** Numbered events as the texts that go out: what every way reads, from a cursor on. */
export type TextLog = Pick<EventLog<string>, 'lastSequence' | 'oldestCursor' | 'at' | 'subscribe'>

/** The same log read as texts; one is made when somebody takes it. */
export function textsOf<Event>(log: EventLog<Event>, toText: (sequence: number, event: Event) => string): TextLog {
  return {
    get lastSequence() {
      return log.lastSequence
    },
    get oldestCursor() {
      return log.oldestCursor
    },
    at(sequence) {
      const event = log.at(sequence)
      return event === undefined ? undefined : toText(sequence, event)
    },
    subscribe: (listener) => log.subscribe((sequence, event) => listener(sequence, toText(sequence, event))),
  }
}

/** A way's books. */
export type WayNotes = {
  sent(text: string): void
  empty(): void
}

export const noNotes: WayNotes = { sent: () => {}, empty: () => {} }

/** Where a reader begins: after the cursor, or with what is still kept; without one, from now on. */
export function cursorOf(log: TextLog, since: unknown): number {
  if (typeof since !== 'string' && typeof since !== 'number') return log.lastSequence
  if (!/^\d{1,16}$/.test(`${since}`)) return log.lastSequence
  return Math.min(Math.max(Number(since), log.oldestCursor), log.lastSequence)
}
