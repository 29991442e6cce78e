import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { RunEvent } from '../stream/record.ts'
import { RunMeasuresFold, type RunMeasures, type RunMeasuresOptions } from '../stream/run-measures.ts'
import { RunSeries } from '../stream/run-series.ts'
import { writeSeries, type SeriesSnapshot } from '../stream/series-snapshot.ts'
import { parseJson } from './json-text.ts'

/** What has come out of a run: its numbers, and the run as it is drawn. Bounded, however long the run was. */
export type RunOutcome = { readonly measures: RunMeasures; readonly series: SeriesSnapshot }

/** The fold over the events of a run. */
export class RunOutcomeFold {
  readonly #measures: RunMeasuresFold
  readonly #series: RunSeries

  constructor(options: RunMeasuresOptions) {
    this.#measures = new RunMeasuresFold(options)
    this.#series = new RunSeries(options.frameIntervalMs)
  }

  add(event: RunEvent): void {
    this.#measures.add(event)
    this.#series.add(event)
  }

  measures(): RunMeasures {
    return this.#measures.measures()
  }

  outcome(): RunOutcome {
    return { measures: this.measures(), series: writeSeries(this.#series) }
  }
}

/** Kept beside the record: reading that again would take a second for each minute of the run, and its video may go.
 *  `version` is that of Weir, whose next one may measure differently. */
export async function keepOutcome(path: string, version: string, outcome: RunOutcome): Promise<void> {
  await writeFile(path, await promisify(gzip)(JSON.stringify({ version, ...outcome })))
}

/** undefined where there is none of this version, or half a file. */
export async function keptOutcome(path: string, version: string): Promise<RunOutcome | undefined> {
  const packed = await readFile(path).catch(() => undefined)
  const text = packed && (await promisify(gunzip)(packed).catch(() => undefined))
  const kept = parseJson(String(text)) as (RunOutcome & { readonly version: string }) | undefined // we wrote it
  return kept?.version === version ? { measures: kept.measures, series: kept.series } : undefined
}
