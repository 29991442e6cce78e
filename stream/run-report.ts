import type { RunEnding, RunQuality, RunSummary } from '../protocol/weir-api.ts'
import type { RunMeasures } from './run-measures.ts'
import type { RecordHead } from './run-record.ts'
import type { SeriesSnapshot } from './series-snapshot.ts'

/** All that the report of a run shows. */
export type RunReport = {
  readonly run: RunSummary
  readonly head: RecordHead
  readonly measures: RunMeasures
  readonly series: SeriesSnapshot
  readonly quality?: Pick<RunQuality, 'hls' | 'udp' | 'notes'> // where it was measured
  readonly address?: string // of the page that repeats the run, where its record tells
}

/** Where the built page has room for a report; the first such place is meant. */
export const REPORT_PLACE = '"THE RUN’S REPORT"'

/** The page with the report in it, as one file that needs nothing else. Throws RangeError for a page without a place. */
export function writeReportPage(page: string, report: RunReport): string {
  if (!page.includes(REPORT_PLACE)) throw new RangeError(`expected a page with ${REPORT_PLACE} in it`)
  const json = JSON.stringify(report).replaceAll('<', String.raw`\u003c`) // nothing in it ends the script
  return page.replace(REPORT_PLACE, () => json)
}

/** Why the numbers of a run are to be taken with care, a sentence each; none of most runs. */
export function cautions({ run, measures }: Pick<RunReport, 'run' | 'measures'>): readonly string[] {
  const { leftOutEvents } = measures
  const gaps = `The record has gaps: ${leftOutEvents} events are missing, and all figures lack them.`
  return [
    ...(run.warning === undefined ? [] : [`${run.warning.charAt(0).toUpperCase()}${run.warning.slice(1)}.`]),
    ...(leftOutEvents === 0 ? [] : [gaps]),
    ...ending(run),
  ]
}

function ending({ state, endedBy }: RunSummary): readonly string[] {
  if (state === 'running') return ['The run goes on: these are its figures up to now.']
  if (state === 'cut-off') return ['The server ended in the middle of this run: its last seconds may be missing.']
  const said = endedBy === undefined ? undefined : ENDINGS[endedBy]
  return said === undefined ? [] : [said]
}

const ENDINGS: Readonly<Record<RunEnding, string | undefined>> = {
  viewer: undefined,
  silence: 'The page fell silent: what it saw last may be missing.',
  'link-gone': 'The link was removed during the run.',
  'server-stopped': 'The server was stopped during the run.',
  disk: 'The disk would take no more of this run: its last seconds may be missing.',
}
