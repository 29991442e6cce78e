import type { BulkCell } from './validate-model.ts'

type Cell = readonly [
  congestionControl: BulkCell['congestionControl'],
  megabitsPerSecond: number,
  oneWayDelayMs: number,
  weather?: Weather | undefined,
  flows?: number,
]
type Weather = { readonly percent: number; readonly burst?: number }

/** Lines that the grid of bench/reference does not have: other rates, delays and losses, bursts, two flows. The first
 *  three are the quick ones: no loss, random loss, bursts. */
const cells: readonly Cell[] = [
  ['cubic', 4, 20],
  ['cubic', 4, 20, { percent: 2 }],
  ['bbr', 6, 30, { percent: 2, burst: 4 }],
  ['cubic', 4, 20, { percent: 0.5 }],
  ['reno', 4, 20, { percent: 2 }],
  ['bbr', 4, 20, { percent: 2 }],
  ['cubic', 1, 40, { percent: 1 }],
  ['cubic', 12, 15, { percent: 1 }],
  ['reno', 6, 80, { percent: 0.5 }],
  ['cubic', 16, 30, { percent: 0.2 }],
  ['bbr', 16, 30, { percent: 4 }],
  ['cubic', 6, 30, { percent: 2, burst: 4 }],
  ['reno', 3, 25, { percent: 4, burst: 8 }],
  ['cubic', 8, 25, { percent: 1 }, 2],
  ['reno', 10, 15, undefined, 2],
  ['cubic', 3, 120, { percent: 0.3 }],
]
const QUICK_CELLS = 3

export function freshCells({ quick }: { quick: boolean }): BulkCell[] {
  return (quick ? cells.slice(0, QUICK_CELLS) : cells).map(cellOf)
}

/** `cubic, 8 Mbit/s, 25 ms, 1 %, 2 flows` */
export function nameOf({ congestionControl, rateBitsPerSecond, oneWayDelayMs, loss, flows }: BulkCell): string {
  const bursts = loss?.kind === 'gilbert-elliott' ? ` in bursts of ${loss.meanBurstPackets}` : ''
  const percent = `${Number((100 * (loss?.lossRatio ?? 0)).toFixed(3))} %${bursts}`
  const line = [congestionControl, `${rateBitsPerSecond / 1e6} Mbit/s`, `${oneWayDelayMs} ms`, percent]
  return [...line, ...(flows === 1 ? [] : [`${flows} flows`])].join(', ')
}

function cellOf([congestionControl, megabitsPerSecond, oneWayDelayMs, weather, flows = 1]: Cell): BulkCell {
  const line = { congestionControl, rateBitsPerSecond: megabitsPerSecond * 1e6, oneWayDelayMs, flows }
  return weather === undefined ? line : { ...line, loss: lossOf(weather) }
}

function lossOf({ percent, burst }: Weather): NonNullable<BulkCell['loss']> {
  const lossRatio = percent / 100
  if (burst === undefined) return { kind: 'random', lossRatio }
  return { kind: 'gilbert-elliott', lossRatio, meanBurstPackets: burst }
}
