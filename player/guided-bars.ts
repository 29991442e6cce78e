import type { LabGroup } from '../simulation/lab-statistics.ts'
import { spreadOfSide } from '../simulation/lab-statistics.ts'
import type { SideSpec } from '../simulation/experiment.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { MEASURES, type MeasureKey } from '../stream/measure-table.ts'

/** What a bar of a figure stands for. Shares are of the figure's width, from 0 to 1. */
export type Bar = {
  readonly side: string
  readonly look: BarLook
  readonly value?: number // the mean over seeds; absent: the side never began
  readonly share: number
  readonly interval?: { readonly from: number; readonly to: number } // 95 %, of the mean
}

export type BarGroup = { readonly group: LabGroup; readonly bars: readonly Bar[] }

/** Blue squares are HLS, orange discs UDP, as everywhere; what repairs is green. */
export type BarLook = 'hls' | 'udp' | 'repaired'

export function lookOf({ kind, ...spec }: SideSpec): BarLook {
  if (kind === 'hls' || kind === 'll-hls') return 'hls'
  return 'repair' in spec && spec.repair !== 'off' ? 'repaired' : 'udp'
}

/** One measure of all groups and of the sides that have it, all on one scale. */
export function barGroups(scenario: Scenario, groups: readonly LabGroup[], measure: MeasureKey): readonly BarGroup[] {
  const sides = scenario.sides.filter(({ name }) => groups.some((group) => hasMeasure(group, name, measure)))
  const spreads = groups.map((group) => sides.map(({ name }) => spreadOfSide(group, name, measure)))
  const most = scaleEnd(
    Math.max(
      0,
      ...spreads
        .flat()
        .flatMap((spread) => (spread === undefined ? [] : [spread.interval?.high ?? spread.mean, spread.mean])),
    ),
    measure,
  )
  return groups.map((group, row) => ({
    group,
    bars: sides.map(({ name, spec }, column) => {
      const look = lookOf(spec)
      const spread = spreads[row]?.[column]
      if (spread === undefined) return { side: name, look, share: 0 }
      const { mean, interval } = spread
      const bar = { side: name, look, value: mean, share: shareOf(mean, most) }
      if (interval === undefined || interval.low === interval.high) return bar
      return { ...bar, interval: { from: shareOf(interval.low, most), to: shareOf(interval.high, most) } }
    }),
  }))
}

function hasMeasure({ runs }: LabGroup, side: string, measure: MeasureKey): boolean {
  return runs.some(({ sides }) => sides.find(({ name }) => name === side)?.measures[measure] !== undefined)
}

/** Shares that come near the whole are drawn as parts of it. */
function scaleEnd(most: number, measure: MeasureKey): number {
  if (MEASURES[measure].unit === '%' && most > 0.5) return 1
  return most === 0 ? 1 : most
}

function shareOf(value: number, most: number): number {
  return Math.min(1, Math.max(0, value / most))
}
