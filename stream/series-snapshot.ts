import type { Band, FaultyFrame, LostPacket, Mark } from './run-moments.ts'
import type { DrawnRun, RunSeries } from './run-series.ts'
import { seriesKinds, type SeriesName } from './series-columns.ts'
import { TimeBins, type BinsSnapshot } from './time-bins.ts'

/** A run as it is drawn, as plain JSON: bounded as RunSeries is, however long the run was. */
export type SeriesSnapshot = {
  readonly originMs?: number // absent: nothing was told
  readonly bins?: BinsSnapshot<SeriesName>
  readonly leftOutEvents: number
  readonly bands: readonly Band[]
  readonly marks: readonly Mark[]
  readonly lostPackets: readonly LostPacket[]
  readonly faultyFrames: readonly FaultyFrame[]
}

export function writeSeries({ bins, moments, bands, originMs, leftOutEvents }: RunSeries): SeriesSnapshot {
  const { marks, lostPackets, faultyFrames } = moments
  const told = bins.snapshot()
  const columns = told === undefined ? {} : { originMs, bins: told }
  return { ...columns, leftOutEvents, bands, marks, lostPackets, faultyFrames }
}

/** Draws as the run did that was written. */
export function readSeries({ originMs, bins, bands, leftOutEvents, ...moments }: SeriesSnapshot): DrawnRun {
  const restored = new TimeBins<SeriesName>(seriesKinds)
  if (bins !== undefined) restored.restore(bins)
  return { bins: restored, moments, bands, leftOutEvents, originMs: originMs ?? restored.firstMs }
}
