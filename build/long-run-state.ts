import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { inRoot } from './places.mjs'

/** One finished row of a long run. */
export type LongRow = {
  readonly file: string
  readonly name: string
  readonly state: 'passed' | 'failed'
  readonly seconds: number
}

/** JSON lines, one a finished row, so that an interruption loses nothing but the row that was running. */
export const longRunFile = inRoot('.weir/test-long.jsonl')

export function readLongRows(file = longRunFile): LongRow[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(1, -1) // the first tells the run; the last is cut or empty
  return lines.map((line) => JSON.parse(line) as LongRow)
}

export function appendLongRow(row: LongRow, file = longRunFile): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${JSON.stringify(row)}\n`)
}
