import { contestOf, isClaim, type Contest, type ContestMeasure } from './contest.ts'
import { playedSeeds, spreadOfSide, type LabGroup } from './lab-statistics.ts'

/** In their order: a side that is worse by what matters leaves, and the next rule is for those that are left. */
export const RECOMMENDATION_RULES: readonly ContestMeasure[] = [
  { key: 'intactFrameRatio', better: 'higher', matters: { by: 0.01 } },
  { key: 'shownBitsPerSecond', better: 'higher', matters: { share: 0.05 } },
  { key: 'startupMs', better: 'lower', matters: { by: 250 } },
  { key: 'efficiencyRatio', better: 'higher', matters: { by: 0.02 } },
]

/** What to choose in one network and cell, by the rules alone. */
export type Recommendation = {
  readonly choices: readonly string[] // none: nobody played; several: no difference that matters between them
  readonly reasons: readonly Contest[] // why each other side left; `first` is the better one
  readonly doubts: readonly Contest[] // what would have decided if it could be told apart
  readonly isSure: boolean // no reason and no doubt hangs on too few seeds or on what cannot be told apart
}

export function recommend(group: LabGroup, sides: readonly string[]): Recommendation {
  let choices = sides.filter((side) => playedSeeds(group, side) > 0)
  const silent = sides.filter((side) => !choices.includes(side))
  const [rule] = RECOMMENDATION_RULES
  const [player] = choices
  const reasons: Contest[] =
    rule === undefined || player === undefined ? [] : silent.map((side) => contestOf(group, rule, player, side))
  const doubts: Contest[] = []
  for (const measure of RECOMMENDATION_RULES) {
    const lost = againstBest(group, measure, choices)
    const worse = lost.filter((contest) => isClaim(contest) || contest.certainty === 'too-few-seeds')
    reasons.push(...worse)
    doubts.push(...lost.filter(({ certainty }) => certainty === 'not-told-apart'))
    choices = choices.filter((side) => !worse.some(({ second }) => second === side))
  }
  return { choices, reasons, doubts, isSure: doubts.length === 0 && reasons.every(isClaim) }
}

/** The contests that the best one wins by what matters. */
function againstBest(group: LabGroup, measure: ContestMeasure, sides: readonly string[]): readonly Contest[] {
  const best = bestOf(group, measure, sides)
  if (best === undefined) return []
  return sides
    .filter((side) => side !== best)
    .map((side) => contestOf(group, measure, best, side))
    .filter(({ matters, winner }) => matters && winner === 'first')
}

/** Who played under most seeds, and of those the best mean. */
function bestOf(group: LabGroup, { key, better }: ContestMeasure, sides: readonly string[]): string | undefined {
  const ranked = sides.flatMap((name) => {
    const mean = spreadOfSide(group, name, key)?.mean
    if (mean === undefined) return []
    return [{ name, played: playedSeeds(group, name), good: better === 'higher' ? mean : -mean }]
  })
  return ranked.toSorted((a, b) => b.played - a.played || b.good - a.good)[0]?.name
}
