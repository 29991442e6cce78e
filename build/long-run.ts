import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { commitName } from './git.ts'
import { longFiles } from './long-files.ts'
import { closeLongRun, openLongRun, readLongRows, type LongRow } from './long-run-state.ts'
import { machineLine } from './machine.ts'
import { sourcesHash } from './parts.mjs'
import { inRoot, root } from './places.mjs'
import { exitCodeOf } from './run.mjs'

const INTERRUPTED = [128 + 2, 128 + 15]

/** Those that are run in it alone, and every test file that is longer in it: that says so by this import. */
function filesOfLongRun(): string[] {
  const found = spawnSync('git', ['grep', '--untracked', '-l', 'test-support/long-run.ts', '--', '*.test.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
  const longer = found.stdout.split('\n').filter((file) => file !== '')
  return [...new Set([...longFiles, ...longer])].sort()
}

function report(rows: readonly LongRow[]): string {
  const failed = rows.filter(({ state }) => state === 'failed').length
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0)
  return [
    '# The full matrices, soaks and long fuzzing',
    '',
    `${new Date().toISOString().slice(0, 10)}, commit ${commitName()}, ${machineLine()}.`,
    `${rows.length - failed} rows passed, ${failed} failed, ${Math.round(seconds)} s in all. Made by \`npm run test:long\`.`,
    '',
    '| row | result | seconds |',
    '|---|---|---|',
    ...rows.map(({ file, name, state, seconds }) => `| ${file}: ${cell(name)} | ${state} | ${seconds.toFixed(1)} |`),
    '',
  ].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

const files = process.argv.length > 2 ? process.argv.slice(2) : filesOfLongRun()
const done = openLongRun([commitName(), sourcesHash('server'), sourcesHash('player'), ...files].join(' '))
if (done > 0) console.log(`going on after ${done} rows of the run before`)
const env = { WEIR_TEST_LONG: '1' }
const status = await exitCodeOf(process.execPath, [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...files], { env })
const rows = readLongRows()
if (!INTERRUPTED.includes(status) && rows.length > 0) {
  mkdirSync(inRoot('docs/measured'), { recursive: true })
  writeFileSync(inRoot('docs/measured/long.md'), report(rows))
  closeLongRun()
}
process.exitCode = status
