import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { appendLongRow, closeLongRun, openLongRun, readLongRows, type LongRow } from './long-run-state.ts'

const row = (name: string, state: LongRow['state']): LongRow => ({ file: 'a.test.ts', name, state, seconds: 1 })

test('openLongRun goes on with the rows of the same sources', (context) => {
  const file = join(temporaryFolder(context), 'state/long.jsonl')
  expect(openLongRun('abc a.test.ts', file)).toBe(0)
  appendLongRow(row('first', 'passed'), file)
  appendLongRow(row('second', 'failed'), file)
  expect(openLongRun('abc a.test.ts', file)).toBe(2)
  expect(openLongRun('abd a.test.ts', file)).toBe(0)
})

test('readLongRows takes the last result of a row and leaves out a line cut by a crash', (context) => {
  const file = join(temporaryFolder(context), 'long.jsonl')
  openLongRun('abc', file)
  appendLongRow(row('first', 'failed'), file)
  appendLongRow(row('second', 'passed'), file)
  appendLongRow(row('first', 'passed'), file)
  appendFileSync(file, '{"file":"a.te')
  expect(readLongRows(file)).toEqual([row('first', 'passed'), row('second', 'passed')])
})

test('closeLongRun forgets a run whose rows have all passed, and keeps one for whoever mends the others', (context) => {
  const file = join(temporaryFolder(context), 'long.jsonl')
  openLongRun('abc', file)
  appendLongRow(row('first', 'failed'), file)
  closeLongRun(file)
  expect(openLongRun('abc', file)).toBe(1)
  appendLongRow(row('first', 'passed'), file)
  closeLongRun(file)
  expect(existsSync(file)).toBe(false)
})
