import type { LabResults } from '../simulation/lab-results.ts'
import { groupRuns, seedCount, FEWEST_SEEDS, type LabGroup } from '../simulation/lab-statistics.ts'
import type { RunTimeline } from '../simulation/run-timeline.ts'
import { MEASURE_KEYS, type MeasureKey } from '../stream/measure-table.ts'
import { budgetSection, type JudgedLabBudget } from './report/budget-section.ts'
import { headlines } from './report/headlines.ts'
import { measureTable } from './report/measure-section.ts'
import { measuresSection } from './report/measures-section.ts'
import { fold, foldSection, paragraph, section, sentences, type DrawnSide, type Figure } from './report/page-parts.ts'
import { recommendationSection } from './report/recommendation-section.ts'
import { scenarioSection } from './report/scenario-section.ts'
import { style } from './report/style.ts'
import { timelineSection } from './report/timeline-section.ts'
import { validitySection } from './report/validity-section.ts'
import { counted } from './report/wording.ts'
import { hatching } from './svg/heat-map.ts'
import { markStyles } from './svg/mark.ts'
import { element, text, type Markup } from './svg/markup.ts'
import type { LiveCell } from './validate-live.ts'

export type { JudgedLabBudget } from './report/budget-section.ts'

export type LabReportExtras = {
  readonly judged?: readonly JudgedLabBudget[]
  readonly live?: readonly LiveCell[] // runs that were made over live sockets, too
  readonly timelines?: readonly RunTimeline[] // lab/run-timelines.ts
}

/** The first ones of all measures, in the order in which they are told. */
const IMPORTANT: readonly MeasureKey[] = [
  'startupMs',
  'stallMs',
  'freezeMs',
  'presentedFrameRatio',
  'intactFrameRatio',
  'effectiveLossRatio',
  'shownBitsPerSecond',
  'behindMsP50',
  'wireBytes',
  'efficiencyRatio',
]

/** `report.html` of a lab run or sweep: one HTML file that needs nothing else, without a script that runs. Everything in
 *  it follows from the results; what the charts show stands in it as JSON, too (`#report-data`). */
export function labReport(results: LabResults, { judged = [], live, timelines = [] }: LabReportExtras = {}): string {
  const groups = groupRuns(results.runs)
  const sides = drawnSides(results)
  const important = IMPORTANT.filter((key) => hasMeasure(results, key))
  const measures = measuresSection(important, groups, sides, results.scenario.grid)
  const overTime = timelineSection(timelines, sides)
  const main = [
    header(results),
    ...(groups.length === 0 ? [section('In short', paragraph('No run was made.'))] : [inShort(groups, sides)]),
    ...(judged.length === 0 ? [] : [budgetSection(judged)]),
    ...(groups.length === 0 || sides.length < 2 ? [] : [recommendationSection(groups, sides, results.scenario.grid)]),
    ...(groups.length === 0 ? [] : measures.markup),
    ...overTime.markup,
    otherMeasures(results, groups, sides),
    scenarioSection(results, sides),
    ...(groups.length === 0 ? [] : [validitySection(results, groups, sides, live)]),
  ]
  return page(results, main, [...measures.figures, ...overTime.figures])
}

function header({ scenario, runs }: LabResults): Markup {
  const seeds = counted(scenario.seeds.length, 'seed')
  const networks = counted(scenario.networks.length, 'network')
  const mode = scenario.mode === 'virtual' ? 'virtual time' : 'live sockets'
  return element(
    'header',
    {},
    paragraph('Weir', 'brand'),
    element('h1', {}, text(scenario.name)),
    paragraph(`${counted(runs.length, 'run')} · ${networks} · ${seeds} · ${mode}`, 'moment'),
    ...(scenario.description === undefined ? [] : [paragraph(scenario.description, 'lead')]),
  )
}

/** What came out, in sentences, and first of all whether it may be believed. */
function inShort(groups: readonly LabGroup[], sides: readonly DrawnSide[]): Markup {
  const [first, ...others] = sides
  const few = groups.filter((group) => seedCount(group) < FEWEST_SEEDS).length
  const caution = `Too few seeds: at least ${FEWEST_SEEDS} are needed before a difference is claimed.`
  return section(
    'In short',
    ...(few === 0 ? [] : [element('div', { class: 'caution', role: 'note' }, paragraph(caution))]),
    ...others.flatMap((other) => [
      ...(others.length === 1 ? [] : [element('h3', {}, text(`${first?.name ?? ''} and ${other.name}`))]),
      sentences(headlines(groups, first?.name ?? '', other.name)),
    ]),
  )
}

const MOST_GROUPS_OF_OTHERS = 20

/** Everything else that was measured, as tables in a fold. */
function otherMeasures(results: LabResults, groups: readonly LabGroup[], sides: readonly DrawnSide[]): Markup {
  const keys = MEASURE_KEYS.filter((key) => !IMPORTANT.includes(key) && hasMeasure(results, key))
  if (keys.length === 0) return text('')
  if (groups.length > MOST_GROUPS_OF_OTHERS) {
    return section(
      'Other measures',
      paragraph('They are in results.csv: there are too many places for tables.', 'note'),
    )
  }
  return foldSection('Other measures', fold('All tables', ...keys.map((key) => measureTable(key, groups, sides))))
}

function drawnSides({ runs, scenario }: LabResults): readonly DrawnSide[] {
  const ran = runs[0]?.sides ?? []
  const sides = scenario.sides.map(({ name, spec }) => {
    const side = ran.find((other) => other.name === name)?.side ?? (spec.kind === 'udp' ? 'udp' : 'hls')
    return { name, side }
  })
  const styles = markStyles(sides)
  return sides.flatMap(({ name }) => {
    const drawn = styles.get(name)
    return drawn === undefined ? [] : [{ name, style: drawn }]
  })
}

function hasMeasure({ runs }: LabResults, key: MeasureKey): boolean {
  return runs.some(({ sides }) => sides.some(({ measures }) => measures[key] !== undefined))
}

function page({ scenario, weir }: LabResults, main: readonly Markup[], charts: readonly Figure[]): string {
  const data = {
    format: 'weir-report',
    version: 1,
    weir,
    scenario: scenario.name,
    charts: charts.map(({ plotted }) => plotted),
  }
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    element('title', {}, text(`Weir: ${scenario.name}`)),
    `<style>${style}</style>`,
  ]
  return [
    '<!doctype html>',
    `<html lang="en"><head>${head.join('\n')}</head>`,
    `<body>${hatching()}`,
    element('main', {}, ...main),
    `<script type="application/json" id="report-data">${scriptJson(data)}</script>`,
    '</body></html>',
    '',
  ].join('\n')
}

/** JSON that cannot end its element. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
