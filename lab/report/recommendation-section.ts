import { advantageOf, type Contest } from '../../simulation/contest.ts'
import { FEWEST_SEEDS, seedCount, type LabGroup } from '../../simulation/lab-statistics.ts'
import { recommend, RECOMMENDATION_RULES, type Recommendation } from '../../simulation/recommendation.ts'
import { choiceMaps } from './choice-maps.ts'
import type { GridAxis } from '../../simulation/scenario.ts'
import { element, text, type Markup } from '../svg/markup.ts'
import {
  figures,
  fold,
  legend,
  paragraph,
  section,
  sentences,
  sideName,
  table,
  type Cell,
  type DrawnSide,
} from './page-parts.ts'
import { counted, inBrackets, listed, measureOf, showCell, showDifference, showPlace } from './wording.ts'

const mapsSaid =
  'The mark is the side to choose. Hatched: not sure. No mark: no difference that matters, or nobody played.'

type Judged = { readonly group: LabGroup; readonly recommendation: Recommendation }

/** What to choose in each network, with the reasons and how sure they are; over a grid as maps. The rules are told. */
export function recommendationSection(
  groups: readonly LabGroup[],
  sides: readonly DrawnSide[],
  grid: readonly GridAxis[],
): Markup {
  const names = sides.map(({ name }) => name)
  const maps = choiceMaps(groups, sides, grid)
  const choices = networksOf(groups).map(([network, ofNetwork]) => {
    const judged = ofNetwork.map((group) => ({ group, recommendation: recommend(group, names) }))
    return judged.length === 1 ? ofPlace(network, judged, sides) : ofGrid(network, judged, sides)
  })
  return section(
    'What to choose',
    element('div', { class: 'choices' }, ...choices),
    ...(maps.length === 0 ? [] : [legend(sides), paragraph(mapsSaid, 'note'), figures(maps)]),
    fold('The rules', paragraph(rulesSaid, 'note'), sentences(RECOMMENDATION_RULES.map(ruleSaid))),
  )
}

function networksOf(groups: readonly LabGroup[]): readonly (readonly [string, readonly LabGroup[]])[] {
  const networks = [...new Set(groups.map(({ network }) => network))]
  return networks.map((name) => [name, groups.filter(({ network }) => network === name)])
}

const rulesSaid =
  'The choice follows from these rules alone, in this order. A side that is worse than the best one by at least what is named leaves, if the difference is sure, or if there are too few seeds to say and the means differ so much; then the next rule is for those that are left. What is named is an assumption on what anybody would notice.'

function ruleSaid({ key, better, matters }: (typeof RECOMMENDATION_RULES)[number]): string {
  const least = 'by' in matters ? showDifference(key, matters.by) : `${matters.share * 100}\u00a0% of the larger mean`
  return `${measureOf(key).label}: ${better} is better; a difference from ${least} on counts.`
}

function ofPlace(network: string, [judged]: readonly Judged[], sides: readonly DrawnSide[]): Markup {
  if (judged === undefined) return text('')
  const { group, recommendation } = judged
  const cell = showCell(group.axes)
  const certainty = element('small', {}, text(certaintyOf(judged)))
  return element(
    'div',
    { class: 'choice' },
    element('h3', {}, text(cell === '' ? network : `${network}, ${cell}`)),
    element('p', { class: 'chosen' }, ...chosen(recommendation, sides), certainty),
    sentences(reasonsOf(recommendation)),
  )
}

function chosen({ choices }: Recommendation, sides: readonly DrawnSide[]): readonly Markup[] {
  if (choices.length === 0) return [text('nothing: no side began to play')]
  const named = sides.filter(({ name }) => choices.includes(name)).map(sideName)
  return choices.length === 1 ? named : [text('any of '), ...named]
}

function reasonsOf({ choices, reasons, doubts }: Recommendation): readonly string[] {
  const none = choices.length > 1 ? ['Between them there is no difference that matters to the rules.'] : []
  return [...reasons.map(reasonSaid), ...doubts.map(doubtSaid), ...none]
}

function reasonSaid(contest: Contest): string {
  const { first, second, measure, mean, certainty, played, seeds } = contest
  if (certainty === 'unequal-play' || mean === undefined) {
    return `${second} began to play under ${played.second} of ${counted(seeds, 'seed')}, ${first} under ${played.first}.`
  }
  const { by, interval } = advantageOf(contest)
  const between = certainty === 'sure' ? inBrackets(measure, interval) : ''
  return `${measureOf(measure).label}: ${first} is better than ${second} by ${showDifference(measure, by)}${between}.`
}

function doubtSaid(contest: Contest): string {
  const { first, second, measure } = contest
  const { by, interval } = advantageOf(contest)
  return `${measureOf(measure).label}: ${first} is better than ${second} by ${showDifference(measure, by)} on average${inBrackets(measure, interval)}, which may be chance.`
}

function certaintyOf({ group, recommendation }: Judged): string {
  const seeds = seedCount(group)
  if (seeds < FEWEST_SEEDS) return `uncertain: ${counted(seeds, 'seed')}, at least ${FEWEST_SEEDS} are needed`
  return `${recommendation.isSure ? 'sure' : 'uncertain'}, ${counted(seeds, 'seed')}`
}

/** A grid: in how many cells each side is the choice, and every cell in a fold. */
function ofGrid(network: string, judged: readonly Judged[], sides: readonly DrawnSide[]): Markup {
  const isChosen = ({ recommendation }: Judged, name: string) =>
    recommendation.choices.length === 1 && recommendation.choices[0] === name
  const counts = sides.flatMap(({ name }) => {
    const cells = judged.filter((cell) => isChosen(cell, name))
    const sure = cells.filter(({ recommendation }) => recommendation.isSure).length
    return cells.length === 0
      ? []
      : [`${name} on ${cells.length} of ${counted(judged.length, 'cell')}, sure on ${sure}.`]
  })
  const open = judged.filter(({ recommendation }) => recommendation.choices.length !== 1).length
  return element(
    'div',
    { class: 'choice' },
    element('h3', {}, text(network)),
    sentences([...counts, ...(open === 0 ? [] : [`No difference that matters on ${open}, or nobody played.`])]),
    fold(
      'Cell by cell',
      table({
        caption: `${network}: choice by cell`,
        head: ['Cell', 'Choice', 'Why', 'Sure?'],
        rows: judged.map(cellRow),
        isText: true,
      }),
    ),
  )
}

function cellRow({ group, recommendation }: Judged): readonly Cell[] {
  const { choices, isSure, reasons } = recommendation
  const why = reasons.map(({ measure }) => measureOf(measure).label)
  return [
    showPlace('', group.axes).replace(/^, /, ''),
    choices.length === 0 ? 'none' : listed(choices),
    why.length === 0 ? '–' : listed([...new Set(why)]),
    isSure ? 'sure' : seedCount(group) < FEWEST_SEEDS ? 'too few seeds' : 'uncertain',
  ]
}
