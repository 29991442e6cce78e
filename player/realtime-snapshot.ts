import type { RealtimeSession } from './realtime-session.ts'

/** What a test or a curious person reads as `window.weir`; described in player/README.md. */
function realtimeSnapshot(session: RealtimeSession): Readonly<Record<string, unknown>> {
  const { value: run } = session.run
  return Object.freeze({
    phase: session.phase.value,
    run: run?.id,
    settings: run?.settings,
    newestSequence: run?.newestSequence,
    isAway: run?.isAway,
    ways: Object.fromEntries(session.rows.value.map(({ way, figures, reception }) => [way, { figures, reception }])),
    messages: Object.fromEntries(session.messages.said.value),
  })
}

/** Each reading of `window.weir` is a fresh snapshot. Returns how to take it away again. */
export function exposeRealtime(session: RealtimeSession): () => void {
  Object.defineProperty(window, 'weir', { configurable: true, enumerable: true, get: () => realtimeSnapshot(session) })
  return () => Reflect.deleteProperty(window, 'weir')
}
