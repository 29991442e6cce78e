import type { RunListener } from './run-log.ts'
import type { Side } from './side.ts'
import type { Viewing } from './viewing.ts'

/** What a test or a curious person reads as `window.weir`; described in player/README.md. */
export function snapshotOf(viewing: Viewing): Readonly<Record<string, unknown>> {
  const { hls, udp, third } = viewing.sides.value
  const snapshot = {
    view: viewing.settings.value.side,
    ...(viewing.lead === undefined ? { phase: viewing.status.value?.phase } : sideSnapshot(viewing.lead, viewing)),
    link: { id: viewing.network.id, settings: viewing.network.settings.value },
    ...(hls === undefined || udp === undefined
      ? {}
      : {
          sides: {
            hls: sideSnapshot(hls, viewing),
            udp: sideSnapshot(udp, viewing),
            ...(third === undefined ? {} : { third: sideSnapshot(third, viewing) }),
          },
          aheadMs: viewing.stepHold.value?.aheadMs.value,
        }),
  }
  // Not enumerable, so that a snapshot is plain data for whoever copies it.
  Object.defineProperty(snapshot, 'listen', { value: (listener: RunListener) => viewing.log.listen(listener) })
  return Object.freeze(snapshot)
}

function sideSnapshot(side: Side, { latencies }: Viewing): Readonly<Record<string, unknown>> {
  const latency = side.name === 'third' ? undefined : latencies.sides.value[side.name] // of what is recorded
  const { phase, durationSeconds, variant, transport, counters } = side.status.value
  return {
    side: side.name,
    phase,
    positionSeconds: side.positionSeconds(),
    durationSeconds,
    variant,
    transport,
    measures: counters,
    ...(latency === undefined ? {} : { latency }),
    ...side.details(),
  }
}

/** Each reading of `window.weir` is a fresh snapshot. Returns how to take it away again. */
export function exposeSnapshot(viewing: Viewing): () => void {
  Object.defineProperty(window, 'weir', { configurable: true, enumerable: true, get: () => snapshotOf(viewing) })
  return () => Reflect.deleteProperty(window, 'weir')
}
