import type { LabRun } from './lab-results.ts'
import type { NamedSide } from './experiment.ts'
import type { GridAxis, PlannedRun, Scenario } from './scenario.ts'
import { MEASURE_KEYS, type MeasureKey } from '../stream/measure-table.ts'
import { parseBudget, referencesIn, type BudgetSyntax } from './budget-grammar.ts'
import { nearestNames } from './nearest-names.ts'
import { BudgetFold } from './judge-budget.ts'

/** What budgets of a scenario may name. */
export type BudgetNames = {
  readonly sides: readonly NamedSide[]
  readonly networks: readonly string[]
  readonly grid?: readonly GridAxis[] // absent: whatever axes and values
}

/** Those of a scenario. */
export function budgetNames({ sides, networks, grid }: Scenario): BudgetNames {
  return { sides, networks: networks.map(({ name }) => name), grid }
}

/** A budget held against the runs of a lab. One that names no side is judged once for every side that has its measures. */
export type JudgedLabBudget = {
  readonly text: string
  readonly side?: string // of a budget that names none
  readonly isKept: boolean
  readonly value?: number // of the left side: the statistic, or of the worst run; absent: nothing was measured
  readonly limit?: number // the same of the right side
  readonly worst?: JudgedRun // absent: there was no run
  readonly runs: number
  readonly brokenRuns: number // of these, taken one by one
}

/** A run as a budget sees it. */
export type JudgedRun = Pick<PlannedRun, 'index' | 'network' | 'axes' | 'seed'> & {
  readonly value?: number
  readonly limit?: number
}

/** Of pictures decoded after a run, which the lab does not do. */
const NOT_IN_LAB: readonly MeasureKey[] = ['displayedSsim', 'displayedSsimDb']

/** Of RTP packets: HLS has none. */
export const OF_PACKETS: readonly MeasureKey[] = [
  'expectedPackets',
  'lostPackets',
  'latePackets',
  'repairedPackets',
  'lateRepairs',
  'repairDelayMs',
  'residualLossRatio',
  'repairOverheadRatio',
  'effectiveLossRatio',
  'discardRatio',
  'burstCount',
  'burstDensity',
  'gapDensity',
  'meanBurstMs',
  'meanGapMs',
]

const LAB_MEASURES: readonly string[] = MEASURE_KEYS.filter((key) => !NOT_IN_LAB.includes(key))

/** A budget taken apart, or all that is wrong with it. */
export function readLabBudget(text: string, names: BudgetNames): BudgetSyntax | readonly string[] {
  const budget = parseBudget(text)
  if (typeof budget === 'string') return [budget]
  const problems = [...nameProblems(budget, names), ...statisticProblems(budget)]
  if (problems.length > 0) return problems
  const isForNobody = sidesOf(budget, names.sides).length === 0
  return isForNobody ? [`the budget "${budget.text}" must be of a side that has its measure: there is none`] : budget
}

function nameProblems(budget: BudgetSyntax, { sides, networks, grid }: BudgetNames): readonly string[] {
  const references = [...referencesIn(budget.left), ...referencesIn(budget.right)]
  const ofReferences = references.flatMap(({ side: name, measure }) => {
    const unknown = measureProblem(measure, LAB_MEASURES)
    if (unknown.length > 0 || name === undefined) return unknown
    const side = sides.find((known) => known.name === name)
    if (side === undefined) return [unknownName('side', name, namesOf(sides))]
    return canHave(side, measure)
      ? []
      : [`the budget "${budget.text}" must be of packets that there are: ${name} is HLS`]
  })
  const { network } = budget
  const isUnknown = network !== undefined && !networks.includes(network)
  return [
    ...ofReferences,
    ...(isUnknown ? [unknownName('network', network, networks)] : []),
    ...(grid === undefined ? [] : Object.entries(budget.cell ?? {}).flatMap((axis) => axisProblem(axis, grid))),
  ]
}

/** Empty for a measure that is known. */
export function measureProblem(measure: string, measures: readonly string[]): readonly string[] {
  if (measures.includes(measure)) return []
  const near = nearestNames(measure, measures)
  const others = measures.length > near.length ? ' or another of them' : ''
  return [`a budget's measure must be one of ${near.join(', ')}${others}, got "${measure.slice(0, 60)}"`]
}

function axisProblem([name, value]: readonly [string, number], grid: readonly GridAxis[]): readonly string[] {
  const axis = grid.find((known) => known.name === name)
  if (axis?.values.includes(value) === true) return []
  if (axis !== undefined)
    return [`a budget's ${name} must be one of ${axis.values.slice(0, 20).join(', ')}, got ${value}`]
  if (grid.length === 0) return [`a budget's axis must be one of the grid, which has none, got "${name}"`]
  return [
    unknownName(
      'axis',
      name,
      grid.map((known) => known.name),
    ),
  ]
}

function unknownName(what: string, name: string, known: readonly string[]): string {
  return `a budget's ${what} must be one of ${nearestNames(name, known).join(', ')}, got "${name}"`
}

/** A statistic of all runs cannot be held against the value of each of them. */
function statisticProblems({ left, right, text }: BudgetSyntax): readonly string[] {
  const references = [...referencesIn(left), ...referencesIn(right)]
  const statistics = references.filter(({ aggregate }) => aggregate !== undefined).length
  if (statistics === 0 || statistics === references.length) return []
  return [`the budget "${text}" must have a statistic (mean, min, max, p95 …) of both its measures, or of none`]
}

function namesOf(sides: readonly NamedSide[]): readonly string[] {
  return sides.map(({ name }) => name)
}

function canHave({ spec }: NamedSide, measure: string): boolean {
  const isHls = spec?.kind === 'hls' || spec?.kind === 'll-hls' // a file that is malformed may have none
  return !isHls || !OF_PACKETS.some((key) => key === measure)
}

/** The sides for which a budget is judged; `undefined` stands for those that it names itself. */
function sidesOf(budget: BudgetSyntax, sides: readonly NamedSide[]): readonly (string | undefined)[] {
  const references = [...referencesIn(budget.left), ...referencesIn(budget.right)]
  const free = references.filter(({ side }) => side === undefined)
  if (free.length === 0) return [undefined]
  return namesOf(sides.filter((side) => free.every(({ measure }) => canHave(side, measure))))
}

/** Holds budgets, which the reader of the scenario has tried, against the runs that are added. */
export class LabBudgetsFold {
  readonly #folds: readonly BudgetFold[]

  /** Throws what readLabBudget finds. */
  constructor(texts: readonly string[], names: BudgetNames) {
    this.#folds = texts.flatMap((text) => {
      const budget = readLabBudget(text, names)
      if (!('left' in budget)) throw new Error(budget.join('; '))
      return sidesOf(budget, names.sides).map((side) => new BudgetFold(budget, side))
    })
  }

  add(run: LabRun): void {
    for (const fold of this.#folds) fold.add(run)
  }

  judged(): readonly JudgedLabBudget[] {
    return this.#folds.map((fold) => fold.judged())
  }
}

/** The same of all runs at once. */
export function judgeLabBudgets(
  texts: readonly string[],
  names: BudgetNames,
  runs: readonly LabRun[],
): readonly JudgedLabBudget[] {
  const fold = new LabBudgetsFold(texts, names)
  for (const run of runs) fold.add(run)
  return fold.judged()
}
