import { realtimeWays, type RealtimeWay } from '../protocol/realtime-api.ts'
import type { WayRow } from './realtime-rows.ts'

/** What the chart can draw of each way over time. */
export const historyMeasures = ['bytesPerEvent', 'bytesPerSecond', 'latencyMs', 'requestsPerSecond'] as const
export type HistoryMeasure = (typeof historyMeasures)[number]

const MOST_SAMPLES = 600 // five minutes, two a second

type Totals = {
  readonly wireBytes: number
  readonly events: number
  readonly requests: number
  readonly delayMs: number
}
type Sample = { readonly atSeconds: number; readonly totals: ReadonlyMap<RealtimeWay, Totals> }

/** The newest samples of all ways; what is drawn is the difference between two of them. */
export class RealtimeHistory {
  readonly #samples: Sample[] = []

  add(atSeconds: number, rows: readonly WayRow[]): void {
    this.#samples.push({ atSeconds, totals: new Map(rows.map((row) => [row.way, totalsOf(row)])) })
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift()
  }

  /** Times, and of each way in their order the measure between a sample and the one `spanSamples` before it; null where
   *  nothing came. */
  columns(measure: HistoryMeasure, spanSamples = 4): [number[], ...(number | null)[][]] {
    const pairs = this.#samples.slice(1).map((sample, index) => ({
      sample,
      before: this.#samples[Math.max(0, index + 1 - spanSamples)]!,
    }))
    return [
      pairs.map(({ sample }) => sample.atSeconds),
      ...realtimeWays.map((way) =>
        pairs.map(({ sample, before }) => {
          const [now, then] = [sample.totals.get(way), before.totals.get(way)]
          return now && then ? difference(measure, now, then, sample.atSeconds - before.atSeconds) : null
        }),
      ),
    ]
  }
}

function totalsOf({ figures, reception }: WayRow): Totals {
  return {
    wireBytes: figures.readBytes + figures.writtenBytes,
    events: reception.received,
    requests: figures.requests,
    delayMs: reception.sumMs,
  }
}

function difference(measure: HistoryMeasure, now: Totals, then: Totals, seconds: number): number | null {
  const events = now.events - then.events
  switch (measure) {
    case 'bytesPerEvent':
      return events === 0 ? null : (now.wireBytes - then.wireBytes) / events
    case 'bytesPerSecond':
      return seconds === 0 ? null : (now.wireBytes - then.wireBytes) / seconds
    case 'latencyMs':
      return events === 0 ? null : (now.delayMs - then.delayMs) / events
    case 'requestsPerSecond':
      return seconds === 0 ? null : (now.requests - then.requests) / seconds
  }
}
