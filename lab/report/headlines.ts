import {
  advantageOf,
  CONTEST_MEASURES,
  contestOf,
  isClaim,
  type Contest,
  type ContestMeasure,
} from '../../simulation/contest.ts'
import { FEWEST_SEEDS, playedSeeds, seedCount, type LabGroup } from '../../simulation/lab-statistics.ts'
import type { MeasureKey } from '../../stream/measure-table.ts'
import { counted, listed, measureOf, showCell, showDifference, showInterval, showPlace } from './wording.ts'

type ContestKey = (typeof CONTEST_MEASURES)[number]['key']

/** What the winner does, by how much, and the same without a number. */
const deeds: Readonly<Record<ContestKey, readonly [deed: (by: string) => string, inGeneral: string]>> = {
  startupMs: [(by) => `starts ${by} earlier`, 'starts earlier'],
  freezeMs: [(by) => `stands still ${by} less`, 'stands still less'],
  presentedFrameRatio: [(by) => `presents ${by} more of the frames due`, 'presents more of the frames due'],
  intactFrameRatio: [(by) => `shows ${by} more of the frames due intact`, 'shows more of the frames due intact'],
  shownBitsPerSecond: [(by) => `shows a bitrate ${by} higher`, 'shows a higher bitrate'],
  behindMsP50: [(by) => `is ${by} less behind`, 'is less behind'],
  efficiencyRatio: [(by) => `makes use of ${by} more of the bytes sent`, 'makes use of more of the bytes sent'],
}

/** Plain sentences on how the first side stands to the second, made from the numbers alone: a side is said to be better
 *  only where the interval of the paired differences says so, under enough seeds. */
export function headlines(groups: readonly LabGroup[], first: string, second: string): readonly string[] {
  const silent = [first, second].flatMap((side) => silence(groups, side))
  const played = groups.filter((group) => [first, second].every((side) => playedSeeds(group, side) > 0))
  const said = CONTEST_MEASURES.flatMap((measure) => {
    const contests = played.map((group) => ({ group, contest: contestOf(group, measure, first, second) }))
    const told = contests.filter(({ contest }) => contest.pairs > 0 && contest.certainty !== 'unequal-play')
    const [only] = told
    if (only === undefined) return []
    if (told.length > 1 && told.every(({ contest }) => contest.certainty === 'too-few-seeds')) return []
    return told.length === 1 ? [ofOne(only.contest, measure)] : [ofMany(told, measure)]
  })
  if (said.length === 0 && played.length > 1) return [...silent, nothingClaimed]
  return [...silent, ...said]
}

const nothingClaimed = 'No difference is claimed: there are too few seeds. The means are in the tables.'

/** Where a side showed no picture in some of its runs, or in all. */
function silence(groups: readonly LabGroup[], side: string): readonly string[] {
  const counts = groups.map((group) => ({ group, played: playedSeeds(group, side), seeds: seedCount(group) }))
  const never = counts.filter(({ played }) => played === 0).map(({ group }) => group)
  const partly = counts.filter(({ played, seeds }) => played > 0 && played < seeds).map(({ group }) => group)
  return [
    ...(never.length === 0 ? [] : [`${side} never began to play on ${placesSaid(never, groups)}.`]),
    ...(partly.length === 0
      ? []
      : [`${side} did not begin to play under every seed on ${placesSaid(partly, groups)}.`]),
  ]
}

/** By their names, or how many of all. */
function placesSaid(places: readonly LabGroup[], all: readonly LabGroup[]): string {
  if (places.length > 3) return `${places.length} of ${counted(all.length, ...nounOf(all))}`
  return listed(places.map((group) => placeOf(group, all)))
}

/** One place: the difference, its interval and how sure it is. */
function ofOne(contest: Contest, measure: ContestMeasure): string {
  const { key } = measure
  const { label } = measureOf(key)
  const { first, second, interval, pairs, certainty, isNegligible } = contest
  const under = counted(pairs, 'seed')
  if (certainty === 'too-few-seeds') return tooFew(contest, key)
  if (certainty === 'equal') return `${label}: the same for ${first} and ${second} under each of ${under}.`
  if (interval === undefined) return `${label}: nothing to compare.`
  const range = `${showInterval(key, interval, true)} with 95\u00a0% confidence, ${under}`
  if (isNegligible) return `${label}: no difference that matters (${first} − ${second}: ${range}).`
  if (certainty === 'not-told-apart') {
    return `${label}: ${first} and ${second} are not told apart (${first} − ${second}: ${range}).`
  }
  const [better, worse] = contest.winner === 'second' ? [second, first] : [first, second]
  const advantage = advantageOf(contest)
  const by = showDifference(key, advantage.by)
  const between = advantage.interval === undefined ? '' : `${showInterval(key, advantage.interval, true)} `
  const deed = deeds[key as ContestKey][0](by)
  return `${label}: ${better} ${deed} than ${worse} (${between}with 95\u00a0% confidence, ${under})${contest.matters ? '' : ', too little to matter'}.`
}

function tooFew({ first, second, mean = 0, pairs }: Contest, key: MeasureKey): string {
  const apart = `the means of ${first} and ${second} are ${showDifference(key, Math.abs(mean))} apart`
  return `${measureOf(key).label}: ${apart}. That is no claim: ${counted(pairs, 'seed')}, at least ${FEWEST_SEEDS} are needed.`
}

type Place = { readonly group: LabGroup; readonly contest: Contest }

/** Many places: on how many each side is better, and by how much at least and at most. */
function ofMany(places: readonly Place[], measure: ContestMeasure): string {
  const { first, second } = places[0]?.contest ?? { first: '', second: '' }
  const claimed = (['first', 'second'] as const).map((winner) => ({
    side: winner === 'first' ? first : second,
    places: places.filter(({ contest }) => isClaim(contest) && contest.matters && contest.winner === winner),
  }))
  const all = places.map(({ group }) => group)
  const of = counted(places.length, ...nounOf(all))
  const ahead = claimed
    .filter((claim) => claim.places.length > 0)
    .toSorted((a, b) => b.places.length - a.places.length)
    .map((claim, index) => aheadSaid(claim, measure, all, index === 0 ? of : undefined))
  return `${measureOf(measure.key).label}: ${[...ahead, ...rest(places)].join('; ')}.`
}

type Claimed = { readonly side: string; readonly places: readonly Place[] }

/** `udp starts earlier on 12 of 14 networks, by 331 to 10 903 ms`; the second one without the words of the first. */
function aheadSaid(
  { side, places }: Claimed,
  { key }: ContestMeasure,
  all: readonly LabGroup[],
  of: string | undefined,
): string {
  const sizes = places.map(({ contest }) => Math.abs(contest.mean ?? 0)).toSorted((a, b) => a - b)
  const by = showInterval(key, { low: sizes[0] ?? 0, high: sizes.at(-1) ?? 0 }, true)
  const where = places.length <= 3 ? ` (${listed(places.map(({ group }) => placeOf(group, all)))})` : ''
  const deed = of === undefined ? `${side} on` : `${side} ${deeds[key as ContestKey][1]} on`
  return `${deed} ${places.length}${of === undefined ? '' : ` of ${of}`}${where}, by ${by}`
}

function nounOf(groups: readonly LabGroup[]): readonly [one: string, many: string] {
  const hasGrid = groups.some(({ axes }) => Object.keys(axes).length > 0)
  return hasGrid ? ['cell', 'cells'] : ['network', 'networks']
}

/** Everything that is no claim, counted. */
function rest(places: readonly Place[]): readonly string[] {
  const count = (isSo: (contest: Contest) => boolean) => places.filter(({ contest }) => isSo(contest)).length
  const small = count((contest) => contest.isNegligible || (isClaim(contest) && !contest.matters))
  const blurred = count(({ certainty, isNegligible }) => certainty === 'not-told-apart' && !isNegligible)
  const few = count(({ certainty }) => certainty === 'too-few-seeds')
  return [
    ...(small === 0 ? [] : [`no difference that matters on ${small}`]),
    ...(blurred === 0 ? [] : [`not told apart on ${blurred}`]),
    ...(few === 0 ? [] : [`too few seeds to say on ${few}`]),
  ]
}

/** Without the network where there is only one. */
function placeOf({ network, axes }: LabGroup, among: readonly LabGroup[]): string {
  const isOne = among.every((group) => group.network === network)
  const cell = showCell(axes)
  return isOne && cell !== '' ? cell : showPlace(network, axes)
}
