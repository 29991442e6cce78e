import { join } from 'node:path'
import type { LabResults, LabRun } from '../simulation/lab-results.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { MEASURE_KEYS, MEASURES } from '../stream/measure-table.ts'
import { csvRow, csvValue } from '../stream/results-csv.ts'
import { PieceFile } from './piece-file.ts'

export type ResultsHead = Pick<LabResults, 'weir' | 'scenario' | 'made'>

/** `results.json` and `results.csv` of a folder, piece by piece: of any number of runs one is held. The runs must come in
 *  the order of the plan; the same head and runs give the same bytes. Either both files are there at the end or what was
 *  there before. */
export async function writeResults(
  folder: string,
  head: ResultsHead,
  runs: AsyncIterable<LabRun> | Iterable<LabRun>,
): Promise<void> {
  const files = [await PieceFile.create(join(folder, 'results.json'))]
  try {
    files.push(await PieceFile.create(join(folder, 'results.csv')))
    const [json, csv] = files as [PieceFile, PieceFile]
    await json.write(jsonBeginning(head))
    await csv.write(csvHeader(head.scenario))
    let separator = '\n'
    for await (const run of runs) {
      await json.write(`${separator}${JSON.stringify(run)}`)
      await csv.write(csvRows(head.scenario, run))
      separator = ',\n'
    }
    await json.write('\n]}\n')
    for (const file of files.splice(0)) await file.finish()
  } finally {
    for (const file of files) await file.discard()
  }
}

/** The same text as in the file, of results that are at hand. */
export function resultsJson({ runs, ...head }: LabResults): string {
  return `${jsonBeginning(head)}\n${runs.map((run) => JSON.stringify(run)).join(',\n')}\n]}\n`
}

/** The same text as in the file. */
export function resultsCsv({ scenario, runs }: Pick<LabResults, 'scenario' | 'runs'>): string {
  return csvHeader(scenario) + runs.map((run) => csvRows(scenario, run)).join('')
}

/** A line a run: what two results differ in is found with the tools for lines. */
function jsonBeginning({ weir, scenario, made }: ResultsHead): string {
  const lines = Object.entries({ format: 'weir-results', version: 1, weir, scenario, made } satisfies Omit<
    LabResults,
    'runs'
  >).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},\n`)
  return `{${lines.join('')}"runs":[`
}

/** RFC 4180. What a measure is, docs/measures.md says once; here it would be most of the file. */
function csvHeader({ grid }: Scenario): string {
  const axes = grid.map(({ name }) => name)
  return csvRow(['run', 'network', ...axes, 'seed', 'mode', 'name', 'side', 'measure', 'value', 'unit', 'kind'])
}

function csvRows({ grid }: Scenario, { index, network, axes, seed, mode, sides }: LabRun): string {
  const cell = grid.map(({ name }) => String(axes[name] ?? ''))
  const rows = sides.flatMap(({ name, side, measures }) =>
    MEASURE_KEYS.flatMap((key) => {
      const value = measures[key]
      if (value === undefined) return []
      const { unit, kind } = MEASURES[key]
      const run = [String(index), network, ...cell, String(seed), mode, name, side]
      return [csvRow([...run, key, csvValue(key, value), unit, kind])]
    }),
  )
  return rows.join('')
}
