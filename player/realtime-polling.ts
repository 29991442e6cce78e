import type { PolledEvents, RealtimeEvent } from '../protocol/realtime-api.ts'
import { post, RETRY_MS, type WayEnds, type WayReader } from './realtime-way.ts'

export type Polling = { readonly waitSeconds: number; readonly pauseMs: number }

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks again and again, each time for what is new after the newest event. */
export function pollWay(ends: WayEnds, { waitSeconds, pauseMs }: Polling): WayReader {
  const ending = new AbortController()
  void poll()
  return { say: (message) => post(ends.origin, message), close: () => ending.abort() }

  async function poll(): Promise<void> {
    let since = ends.cursor()
    while (!ending.signal.aborted) {
      const answer = await ask(since)
      since = answer?.sequence ?? since
      answer?.events.forEach((event) => ends.take(event))
      const restMs = answer === undefined ? RETRY_MS : pauseMs
      if (restMs > 0) await pause(restMs)
    }
  }

  /** Undefined while the server is away. */
  async function ask(since: number): Promise<PolledEvents<RealtimeEvent> | undefined> {
    const wait = waitSeconds === 0 ? '' : `&wait=${waitSeconds}`
    try {
      const response = await fetch(`${ends.origin}/events?since=${since}${wait}`, {
        signal: ending.signal,
        cache: 'no-store',
        credentials: 'omit',
      })
      return response.ok ? ((await response.json()) as PolledEvents<RealtimeEvent>) : undefined
    } catch {
      return undefined
    }
  }
}
