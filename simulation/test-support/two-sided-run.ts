import type { RunEvent } from '../../stream/record.ts'
import { compare, type Comparison, type ComparisonOptions } from '../comparison.ts'

export type TwoSidedRun = { readonly events: readonly RunEvent[]; readonly comparison: Comparison }

/** Everything that a comparison tells, each event with its side, in the order of its moments; all clocks stand at 0 at
 *  `unixMs`. */
export function twoSidedRun(options: Omit<ComparisonOptions, 'tell'>, unixMs = 0): TwoSidedRun {
  const told: RunEvent[] = []
  const tell: ComparisonOptions['tell'] = (side, event) => {
    const isLinks = 'lane' in event || event.kind === 'clock' || event.kind === 'events-left-out'
    told.push(isLinks ? event : { ...event, side: side === 'hls' ? 'hls' : 'udp' })
  }
  const comparison = compare({ ...options, tell })
  const clocks = (['link', 'hls', 'udp'] as const).map((of): RunEvent => ({ kind: 'clock', of, atMs: 0, unixMs }))
  return { events: [...clocks, ...told.toSorted((a, b) => a.atMs - b.atMs)], comparison }
}
