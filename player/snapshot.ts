import type { Viewing } from './viewing.ts'

/** What a test or a curious person reads as `window.weir`; described in player/README.md. */
export function snapshotOf(viewing: Viewing): Readonly<Record<string, unknown>> {
  const side = viewing.side.value
  const status = viewing.status.value
  return Object.freeze({
    side: side?.name,
    phase: status?.phase,
    positionSeconds: side?.positionSeconds(),
    durationSeconds: status?.durationSeconds,
    variant: status?.variant,
    transport: status?.transport,
    measures: status?.counters,
    link: { id: viewing.network.id, settings: viewing.network.settings.value },
    ...side?.details(),
  })
}

/** Each reading of `window.weir` is a fresh snapshot. Returns how to take it away again. */
export function exposeSnapshot(viewing: Viewing): () => void {
  Object.defineProperty(window, 'weir', { configurable: true, enumerable: true, get: () => snapshotOf(viewing) })
  return () => Reflect.deleteProperty(window, 'weir')
}
