import type { ReceptionFigures, RealtimeWay, WayFigures } from '../protocol/realtime-api.ts'

/** A way as the page shows it: what the server counts, and what came out at the other end. */
export type WayRow = { readonly way: RealtimeWay; readonly figures: WayFigures; readonly reception: ReceptionFigures }

/** All bytes of both directions on the way's sockets that are not the events themselves. */
export function overheadBytes({ figures: { readBytes, writtenBytes, payloadBytes } }: WayRow): number {
  return Math.max(0, readBytes + writtenBytes - payloadBytes)
}

/** Undefined before the first event. */
export function bytesPerEvent(row: WayRow): { readonly payload: number; readonly overhead: number } | undefined {
  const { sentEvents, payloadBytes } = row.figures
  if (sentEvents === 0) return undefined
  return { payload: payloadBytes / sentEvents, overhead: overheadBytes(row) / sentEvents }
}
