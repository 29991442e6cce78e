import type { MeasureKey } from '../stream/measure-table.ts'
import type { LabRun, LabSide } from './lab-results.ts'
import { meanInterval, meanOf, spreadOf, type Interval, type Spread } from './spread.ts'

/** The runs of one network and one cell of the grid: they differ in their seeds. */
export type LabGroup = {
  readonly network: string
  readonly axes: LabRun['axes']
  readonly runs: readonly LabRun[]
}

/** Fewer seeds than this prove nothing: a difference is then told and not claimed. */
export const FEWEST_SEEDS = 5

/** `sure`: the 95 % interval of the differences, paired by seed, excludes 0, and there are enough seeds. `unequal-play`:
 *  under that many more seeds one side came to play at all. `nothing`: no seed has it on both sides. */
export type Certainty = 'sure' | 'equal' | 'not-told-apart' | 'too-few-seeds' | 'unequal-play' | 'nothing'

/** What sets the first side apart from the second in one measure, in the units of measure-table.ts. */
export type Difference = {
  readonly first: string
  readonly second: string
  readonly measure: MeasureKey
  readonly seeds: number // of the group
  readonly pairs: number // seeds under which both sides have the measure
  readonly played: { readonly first: number; readonly second: number } // seeds under which it showed pictures or was heard
  readonly mean?: number // of first − second under the same seed; absent: no pairs
  readonly interval?: Interval // absent: fewer than two pairs
  readonly certainty: Certainty
}

/** By network and cell, in the order in which they come first. */
export function groupRuns(runs: readonly LabRun[]): readonly LabGroup[] {
  const groups = new Map<string, { network: string; axes: LabRun['axes']; runs: LabRun[] }>()
  for (const run of runs) {
    const key = JSON.stringify([run.network, run.axes])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { network: run.network, axes: run.axes, runs: [run] })
    else group.runs.push(run)
  }
  return [...groups.values()]
}

type BySeed = ReadonlyMap<number, number>

/** A report asks for the same values again and again. */
const known = new WeakMap<LabGroup, Map<string, BySeed>>()

/** A side's values by seed; of several runs under one seed their mean, for they are no further seeds. */
export function valuesBySeed(group: LabGroup, side: string, measure: MeasureKey): BySeed {
  const ofGroup = known.get(group) ?? new Map<string, BySeed>()
  known.set(group, ofGroup)
  const key = `${measure} ${side}`
  const values = ofGroup.get(key) ?? collected(group, side, measure)
  ofGroup.set(key, values)
  return values
}

/** What is so whether or not anything was played. The rest would flatter who showed no picture: that side never froze. */
const WITHOUT_PLAY: ReadonlySet<MeasureKey> = new Set([
  'receivedBytes',
  'wireBytes',
  'efficiencyRatio',
  'expectedPackets',
  'lostPackets',
  'latePackets',
  'linkOfferedPackets',
  'linkLostPackets',
  'linkTailDroppedPackets',
  'linkBlockedPackets',
  'queueingDelayMsMean',
  'queueingDelayMsP95',
  'utilisationRatio',
])

function collected(group: LabGroup, side: string, measure: MeasureKey): BySeed {
  const values = new Map<number, number[]>()
  for (const { seed, sides } of group.runs) {
    const measures = sideNamed(sides, side)?.measures
    const value = measures?.[measure]
    if (value === undefined) continue
    if (measures?.startupMs === undefined && !WITHOUT_PLAY.has(measure)) continue
    const ofSeed = values.get(seed)
    if (ofSeed === undefined) values.set(seed, [value])
    else ofSeed.push(value)
  }
  return new Map([...values].map(([seed, ofSeed]) => [seed, meanOf(ofSeed)]))
}

/** undefined: the side has no such measure here. */
export function spreadOfSide(group: LabGroup, side: string, measure: MeasureKey): Spread | undefined {
  return spreadOf([...valuesBySeed(group, side, measure).values()])
}

export function seedCount(group: LabGroup): number {
  return new Set(group.runs.map(({ seed }) => seed)).size
}

/** Under how many seeds a side came to play at all. */
export function playedSeeds(group: LabGroup, side: string): number {
  return valuesBySeed(group, side, 'startupMs').size
}

/** What the first side has more than the second, paired by seed: the same weather for both. */
export function differenceOf(group: LabGroup, measure: MeasureKey, first: string, second: string): Difference {
  const ofSecond = valuesBySeed(group, second, measure)
  const differences = [...valuesBySeed(group, first, measure)].flatMap(([seed, value]) => {
    const other = ofSecond.get(seed)
    return other === undefined ? [] : [value - other]
  })
  const interval = meanInterval(differences)
  const told = {
    first,
    second,
    measure,
    seeds: seedCount(group),
    pairs: differences.length,
    played: { first: playedSeeds(group, first), second: playedSeeds(group, second) },
    ...(differences.length === 0 ? {} : { mean: meanOf(differences) }),
    ...(interval === undefined ? {} : { interval }),
  }
  return { ...told, certainty: certaintyOf(told, differences) }
}

type Told = Omit<Difference, 'certainty'>

function certaintyOf(told: Told, differences: readonly number[]): Certainty {
  const { measure, seeds, pairs, played, interval } = told
  const isUnequal = Math.abs(played.first - played.second) >= FEWEST_SEEDS
  if (isUnequal && !WITHOUT_PLAY.has(measure)) return 'unequal-play'
  if (pairs === 0 && played.first === played.second) return 'nothing'
  if (seeds < FEWEST_SEEDS) return 'too-few-seeds'
  if (interval === undefined) return 'not-told-apart'
  if (pairs < FEWEST_SEEDS) return 'too-few-seeds'
  if (differences.every((difference) => difference === 0)) return 'equal'
  return interval.low > 0 || interval.high < 0 ? 'sure' : 'not-told-apart'
}

function sideNamed(sides: readonly LabSide[], name: string): LabSide | undefined {
  return sides.find((side) => side.name === name)
}
