import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { runClient } from '../lab/test-support/run-client.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { inRoot } from './places.mjs'

const IMPORT = `import { expect, test } from ${JSON.stringify(inRoot('node_modules/vitest/dist/index.js'))}\n`

/** Runs vitest itself on these files; gives its exit code, the lines of its report and what it says of failures. */
async function reportOf(
  context: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<{ status: number | null; lines: string[]; failures: string }> {
  const folder = temporaryFolder(context)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), IMPORT + text)
  const reporter = JSON.stringify(inRoot('build/plain-reporter.ts'))
  const config = `import { PlainReporter } from ${reporter}\nexport default { test: { reporters: [new PlainReporter()] } }\n`
  writeFileSync(join(folder, 'vitest.config.mjs'), config)
  const args = [inRoot('node_modules/vitest/vitest.mjs'), 'run', '--root', folder]
  const { status, stdout, stderr } = await runClient(process.execPath, args, {
    timeoutMs: 60_000,
    cwd: inRoot(),
    env: { FORCE_COLOR: '1' },
  })
  return { status, lines: stdout.trimEnd().split('\n'), failures: stderr }
}

test('PlainReporter ends in one plain line, below the reason for each skipped test', async (context) => {
  const { status, lines } = await reportOf(context, {
    'a.test.ts': `
      test('passes', () => undefined)
      test('needs a player', (context) => context.skip('mpv is not on this machine'))
      test.skip('later', () => undefined)`,
  })
  expect(lines.slice(-3)).toEqual([
    'skipped: a.test.ts: needs a player: mpv is not on this machine',
    'skipped: a.test.ts: later: no reason given',
    '1 passed, 0 failed, 2 skipped',
  ])
  expect(status).toBe(0)
})

test('PlainReporter counts a failed test and a file that does not load as failures', async (context) => {
  const { status, lines, failures } = await reportOf(context, {
    'a.test.ts': "test('fails', () => expect(1).toBe(2))\ntest('passes', () => undefined)",
    'b.test.ts': "import './not-there.ts'",
  })
  expect(lines.at(-1)).toBe('1 passed, 2 failed, 0 skipped')
  expect(failures).toContain('expected 1 to be 2')
  expect(status).toBe(1)
})

test('PlainReporter fails a run in which every test was skipped', async (context) => {
  const { status, lines } = await reportOf(context, {
    'a.test.ts': "test('x', (context) => context.skip('no ffmpeg'))",
  })
  expect(lines.at(-1)).toBe('0 passed, 0 failed, 1 skipped')
  expect(status).toBe(1)
})

test('PlainReporter fails a run without a test file', async (context) => {
  const { status, lines } = await reportOf(context, {})
  expect(lines.at(-1)).toBe('0 passed, 0 failed, 0 skipped')
  expect(status).toBe(1)
})
