/** One figure, taken of each side in turn. Ours runs as shipped, a peer at its best; what both answer is compared
 *  before, outside of what is timed. */
export type Benchmark = {
  readonly title: string
  readonly unit: string
  /** Each gives one value of `unit`; all are run once a round, in this order. */
  readonly sides: Readonly<Record<string, () => Promise<number>>>
  readonly bounds?: readonly Bound[]
  /** Runs before the first and after the last round. */
  readonly prepare?: () => Promise<void>
  readonly finish?: () => Promise<void>
}

/** What the worst run of `side` must reach. `than` names a peer whose median, times `limit`, is the limit. */
export type Bound = {
  readonly side: string
  readonly is: 'at most' | 'at least'
  readonly limit: number
  readonly than?: string
}

type Verdict = { readonly text: string; readonly holds: boolean }

/** A benchmark that prints a table of its own shape, and says by itself whether its bounds hold. */
export type Report = { readonly report: () => Verdict | Promise<Verdict> }

export type SideResult = { readonly side: string; readonly medianValue: number; readonly values: readonly number[] }

export const ROUNDS = 5

/** Rounds, not blocks: what else the machine does meanwhile meets every side alike. */
export async function measure({ sides, prepare, finish }: Benchmark, rounds = ROUNDS): Promise<SideResult[]> {
  const values = new Map(Object.keys(sides).map((side) => [side, [] as number[]]))
  await prepare?.()
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [side, run] of Object.entries(sides)) values.get(side)?.push(await run())
    }
  } finally {
    await finish?.()
  }
  return [...values].map(([side, values]) => ({ side, medianValue: median(values), values }))
}

/** A bound inside the spread counts as not met: every single run has to hold it. */
export function boundHolds({ side, is, limit, than }: Bound, results: readonly SideResult[]): boolean {
  const { values } = resultOf(side, results)
  const limitValue = than === undefined ? limit : limit * resultOf(than, results).medianValue
  return values.every((value) => (is === 'at most' ? value <= limitValue : value >= limitValue))
}

function resultOf(side: string, results: readonly SideResult[]): SideResult {
  const found = results.find((result) => result.side === side)
  if (found === undefined) throw new RangeError(`the bound names "${side}", which is no side of this benchmark`)
  return found
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  const lower = sorted.length % 2 === 1 ? upper : sorted[middle - 1]
  if (upper === undefined || lower === undefined) throw new RangeError('the median of no values is not defined')
  return (lower + upper) / 2
}
