import { crossings, type Crossing, type JudgedCell } from '../simulation/crossings.ts'
import { CONTEST_MEASURES, contestOf, isClaim } from '../simulation/contest.ts'
import type { LabRun, LabSide } from '../simulation/lab-results.ts'
import type { AxisName, Scenario } from '../simulation/scenario.ts'
import type { MeasureKey } from '../stream/measure-table.ts'
import type { SideMeasures } from '../stream/side-measures.ts'

/** Where two sides change places in one measure. */
export type FrontierPoint = Crossing & { readonly measure: MeasureKey; readonly sides: readonly [string, string] }

type Pair = { readonly first: string; readonly second: string; readonly cells: Map<MeasureKey, JudgedCell[]> }

const MOST_PAIRS = 12
const KEPT: readonly MeasureKey[] = ['startupMs', ...CONTEST_MEASURES.map(({ key }) => key)] // what a contest reads

/** Finds the frontier between each HLS side and each of RTP, from runs that come in the order of the plan; it holds those of
 *  one cell, and of these what is judged. */
export class FrontierFold {
  readonly #axes: readonly AxisName[]
  readonly #pairs: readonly Pair[]
  #cell: { readonly key: string; readonly runs: LabRun[] } = { key: '', runs: [] }

  constructor({ grid, sides }: Scenario) {
    this.#axes = grid.filter(({ values }) => values.length > 1).map(({ name }) => name)
    const isOfHls = (kind: string): boolean => kind === 'hls' || kind === 'll-hls'
    const [hls, rtp] = [true, false].map((wanted) => sides.filter(({ spec }) => isOfHls(spec.kind) === wanted))
    const pairs = (hls ?? []).flatMap((first) => (rtp ?? []).map((second) => [first.name, second.name] as const))
    this.#pairs = pairs.slice(0, MOST_PAIRS).map(([first, second]) => ({ first, second, cells: new Map() }))
  }

  /** Whether there is an axis, and who could change places along it. */
  get canBe(): boolean {
    return this.#axes.length > 0 && this.#pairs.length > 0
  }

  add(run: LabRun): void {
    if (!this.canBe) return
    const key = JSON.stringify([run.network, run.axes])
    if (key !== this.#cell.key) {
      this.#judge()
      this.#cell = { key, runs: [] }
    }
    this.#cell.runs.push({ ...run, sides: run.sides.map(slim) })
  }

  /** Of all runs that were added. */
  points(): readonly FrontierPoint[] {
    this.#judge()
    this.#cell = { key: '', runs: [] }
    return this.#pairs.flatMap(({ first, second, cells }) =>
      [...cells].flatMap(([measure, judged]) =>
        this.#axes
          .flatMap((axis) => crossings(judged, axis))
          .map((crossing) => ({ measure, sides: [first, second] as const, ...crossing })),
      ),
    )
  }

  #judge(): void {
    const { runs } = this.#cell
    const [run] = runs
    if (run === undefined) return
    const { network, axes } = run
    for (const { first, second, cells } of this.#pairs) {
      for (const measure of CONTEST_MEASURES) {
        const contest = contestOf({ network, axes, runs }, measure, first, second)
        if (!isClaim(contest) || contest.isNegligible) continue // what is not told apart is passed over anyway
        const ahead = contest.winner === 'first' ? first : second
        const judged = cells.get(measure.key) ?? []
        cells.set(measure.key, judged)
        judged.push({ network, axes, ahead, ...(contest.mean === undefined ? {} : { difference: contest.mean }) })
      }
    }
  }
}

function slim(side: LabSide): LabSide {
  const kept = KEPT.flatMap((key) => (side.measures[key] === undefined ? [] : [[key, side.measures[key]]]))
  return { ...side, measures: Object.fromEntries(kept) as SideMeasures }
}
