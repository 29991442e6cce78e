import { parse } from 'yaml'
import { isObject } from '../link/merge-patch.ts'
import type { ScenarioControl } from '../simulation/scenario-control.ts'
import { MEASURE_KEYS, type MeasureKey } from '../stream/measure-table.ts'

/** What stands around a guided experiment: a file of lab/guided/pages/, beside the scenario of the same name. */
export type GuidedPage = {
  readonly title: string
  readonly question: string
  readonly paragraphs: readonly string[] // what to expect and why; **a term** where it is explained
  readonly lesson: string // told with the result
  readonly names: Readonly<Record<string, string>> // of sides and networks, in words
  readonly claims: Readonly<Record<string, string>> // by the budgets of the scenario: what each says
  readonly figures: readonly MeasureKey[] // drawn, the most telling one first
  readonly without: readonly GuidedControl[]
  readonly next: readonly GuidedNext[]
}

/** The same experiment without its cause: some claims no longer hold. */
export type GuidedControl = ScenarioControl & { readonly title: string; readonly says: string }

/** What to try after it: with `network` that line on the compare page, with `axes` a map of it on the what-if page. */
export type GuidedNext = {
  readonly says: string
  readonly network?: string
  readonly query?: Readonly<Record<string, string>> // what the compare page is told besides
  readonly axes?: Readonly<Record<string, string>> // x, y, measure and whatever else that page is told
  readonly command?: string
}

const TEXTS = ['title', 'question', 'lesson'] as const
const LISTS = ['paragraphs', 'figures', 'without', 'next'] as const
const MAPS = ['names', 'claims'] as const

/** Reads such a file. Throws RangeError with all that is missing or unknown in it, and YAML's own error. */
export function readGuidedPage(text: string): GuidedPage {
  const value: unknown = parse(text)
  const page = isObject(value) ? value : {}
  const known: readonly string[] = [...TEXTS, ...LISTS, ...MAPS]
  const problems = [
    ...TEXTS.filter((key) => typeof page[key] !== 'string' || page[key] === '').map((key) => `${key} must be a text`),
    ...LISTS.filter((key) => !Array.isArray(page[key])).map((key) => `${key} must be a list`),
    ...MAPS.filter((key) => !isObject(page[key])).map((key) => `${key} must be a map`),
    ...Object.keys(page).flatMap((key) => (known.includes(key) ? [] : [`${key} is unknown`])),
    ...figureProblems(page['figures']),
  ]
  if (problems.length > 0) throw new RangeError(problems.join('; '))
  return page as GuidedPage
}

function figureProblems(figures: unknown): readonly string[] {
  if (!Array.isArray(figures)) return []
  return figures.flatMap((figure: unknown) =>
    MEASURE_KEYS.some((key) => key === figure) ? [] : [`figures must be measures, got ${JSON.stringify(figure)}`],
  )
}
