import { useSignal } from '@preact/signals'
import { groupRuns, type LabGroup } from '../simulation/lab-statistics.ts'
import { MEASURES, type MeasureKey } from '../stream/measure-table.ts'
import { barGroups, type Bar } from './guided-bars.ts'
import { claimRows, shown, type ClaimRow } from './guided-claims.ts'
import { SideLabel } from './guided-label.tsx'
import type { GuidedPage } from './guided-page-file.ts'
import type { GuidedResult } from './guided-runs.ts'
import { GuidedTimeline } from './guided-timeline.tsx'
import { guidedWords as words } from './guided-words.ts'
import { ChoiceRow } from './network-rows.tsx'

/** The claims, each with what came of it; before a run with what is expected. */
export function Claims({ page, result }: { page: GuidedPage; result: GuidedResult | undefined }) {
  const rows = claimRows(page, result?.judged ?? [], result?.scenario.seeds.length ?? 0)
  return (
    <ul class="guided-claims">
      {rows.map((row) => (
        <Claim key={row.budget} row={row} />
      ))}
    </ul>
  )
}

function Claim({ row: { says, expected, measure, tried, budget } }: { row: ClaimRow }) {
  const state = tried === undefined ? 'untried' : tried.isKept ? 'kept' : 'broken'
  return (
    <li class={`guided-claim ${state}`} data-budget={budget}>
      <ClaimMark state={state} />
      <div>
        <p class="claim-says">{says}</p>
        <p class="claim-figures" title={budget}>
          {MEASURES[measure].label}
          {tried !== undefined && (
            <>
              {' '}
              <strong>{tried.came}</strong>, {tried.of}
            </>
          )}
          {expected !== '' && ` · ${expected}`}
        </p>
      </div>
    </li>
  )
}

const marks = { untried: 'M5.5 10h9', kept: 'M4.5 10.5l4 4 7.5-9', broken: 'M5.5 5.5l9 9M14.5 5.5l-9 9' } as const

/** A tick, a cross or a dash, said aloud too. */
function ClaimMark({ state }: { state: keyof typeof marks }) {
  return (
    <svg class="claim-mark" viewBox="0 0 20 20" role="img" aria-label={words[state]}>
      <path d={marks[state]} />
    </svg>
  )
}

/** What was measured: bars over networks and cells, and one run over time. */
export function ResultFigures({ page, result }: { page: GuidedPage; result: GuidedResult }) {
  const groups = groupRuns(result.runs)
  return (
    <div class="guided-figures">
      <div class="guided-bars">
        {page.figures.map((measure) => (
          <BarFigure key={measure} page={page} result={result} groups={groups} measure={measure} />
        ))}
      </div>
      <TimelineChoice page={page} result={result} groups={groups} />
    </div>
  )
}

type FigureProps = {
  readonly page: GuidedPage
  readonly result: GuidedResult
  readonly groups: readonly LabGroup[]
}

function BarFigure({ page, result, groups, measure }: FigureProps & { readonly measure: MeasureKey }) {
  const { scenario } = result
  const seeds = scenario.seeds.length
  return (
    <figure class="guided-figure" data-measure={measure}>
      <figcaption title={MEASURES[measure].definition}>
        {MEASURES[measure].label} <small>{seeds > 1 ? words.figureNote.mean(seeds) : words.figureNote.one}</small>
      </figcaption>
      <table>
        <colgroup>
          <col class="guided-side" />
          <col />
          <col class="guided-value" />
        </colgroup>
        {barGroups(scenario, groups, measure).map(({ group, bars }) => (
          <tbody key={groupName(page, group, groups)}>
            {groups.length > 1 && (
              <tr>
                <th colSpan={3} scope="rowgroup">
                  {groupName(page, group, groups)}
                </th>
              </tr>
            )}
            {bars.map((bar) => (
              <BarRow key={bar.side} name={page.names[bar.side] ?? bar.side} bar={bar} measure={measure} />
            ))}
          </tbody>
        ))}
      </table>
    </figure>
  )
}

function BarRow({ name, bar, measure }: { name: string; bar: Bar; measure: MeasureKey }) {
  const { look, value, share, interval } = bar
  return (
    <tr>
      <th scope="row">
        <SideLabel look={look} name={name} />
      </th>
      <td class="guided-bar" aria-hidden="true">
        <div class={look} style={{ width: `${100 * share}%` }} />
        {interval !== undefined && (
          <i style={{ left: `${100 * interval.from}%`, width: `${100 * (interval.to - interval.from)}%` }} />
        )}
      </td>
      <td class="guided-value" data-value={value}>
        {value === undefined ? words.noFigure : shown(measure, value)}
      </td>
    </tr>
  )
}

/** What sets a group apart from the others: its network where there are several, and its place in the grid. */
function groupName(page: GuidedPage, { network, axes }: LabGroup, groups: readonly LabGroup[]): string {
  const networks = new Set(groups.map((group) => group.network))
  const cell = (Object.entries(axes) as readonly (readonly [keyof typeof words.axes, number])[]).map(([axis, value]) =>
    words.axes[axis](value),
  )
  const own = networks.size > 1 || cell.length === 0 ? [page.names[network] ?? network] : []
  const name = [...own, ...cell].join(', ')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function TimelineChoice({ page, result, groups }: FigureProps) {
  const chosen = useSignal(String(result.timelines.length - 1))
  const timeline = result.timelines[Number(chosen.value)]
  const run = result.runs.find(
    ({ network, axes, seed }) =>
      timeline !== undefined &&
      network === timeline.network &&
      seed === timeline.seed &&
      JSON.stringify(axes) === JSON.stringify(timeline.axes),
  )
  if (timeline === undefined || run === undefined) return null
  const title = result.scenario.seeds.length > 1 ? words.timeline.first : words.timeline.only
  return (
    <section class="guided-time" aria-labelledby="guided-time">
      <h2 id="guided-time">{title}</h2>
      {groups.length > 1 && (
        <ChoiceRow
          label={words.timelineOf}
          title={title}
          choices={groups.map((group, index) => ({ word: String(index), text: groupName(page, group, groups) }))}
          value={chosen.value}
          onChange={(word) => (chosen.value = word)}
        />
      )}
      <GuidedTimeline timeline={timeline} run={run} scenario={result.scenario} names={page.names} />
    </section>
  )
}
