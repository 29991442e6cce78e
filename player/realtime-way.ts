import type { RealtimeEvent } from '../protocol/realtime-api.ts'

/** What a reader needs of the page. */
export type WayEnds = {
  readonly origin: string // of the way alone
  readonly offerPath: string // where a data channel is offered
  readonly pollMs: number // between two short polls
  /** The newest event that has come: who comes back goes on after it. */
  cursor(): number
  take(event: RealtimeEvent): void
}

/** A way that is open in the page. */
export type WayReader = {
  say(message: string): void
  close(): void
}

export type OpenWay = (ends: WayEnds) => WayReader

export const RETRY_MS = 250

/** By plain HTTP whoever has something to say sends a request of its own. Text, so that no preflight goes before it. */
export function post(origin: string, message: string): void {
  fetch(`${origin}/messages`, { method: 'POST', body: message, credentials: 'omit' }).catch(() => undefined)
}
