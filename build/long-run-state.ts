import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { inRoot } from './places.mjs'

/** One finished row of a long run. */
export type LongRow = {
  readonly file: string
  readonly name: string
  readonly state: 'passed' | 'failed'
  readonly seconds: number
}

/** The first line tells which sources are tested, then one line a finished row:
 *  an interruption loses nothing but the rows that were running. */
export const longRunFile = inRoot('.weir/test-long.jsonl')

/** Goes on with the rows of a run of the same sources that was interrupted, or failed; gives how many it has. Others are forgotten. */
export function openLongRun(sources: string, file = longRunFile): number {
  if (existsSync(file) && lines(file)[0] === sources) return readLongRows(file).length
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${sources}\n`)
  return 0
}

/** The last result of each row: one that failed before was run again. */
export function readLongRows(file = longRunFile): LongRow[] {
  const rows = lines(file)
    .slice(1)
    .map((line) => JSON.parse(line) as LongRow)
  return [...new Map(rows.map((row) => [`${row.file}\n${row.name}`, row])).values()]
}

export function appendLongRow(row: LongRow, file = longRunFile): void {
  appendFileSync(file, `${JSON.stringify(row)}\n`)
}

/** The run is over. Where a row failed its state stays: the same command of the same sources runs what has not passed. */
export function closeLongRun(file = longRunFile): void {
  if (readLongRows(file).every(({ state }) => state === 'passed')) rmSync(file, { force: true })
}

/** The whole lines; a line that was being written when the power went is left out. */
function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}
