import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { repositoryFolder } from './test-support/shared-files.ts'

/** SHA-256 of all that the scenario tells. Another number means that the same seed tells another run than before: right
 *  after a change of the model, and of what a record or a measure holds; never otherwise. */
const EXPECTED = { lines: 75_419, sha256: '0d08e9d6eb15b8230b4ff65521779f6d9b09687da17e9671bbfc9573a343a5a7' }

const MAX_LOG_BYTES = 100_000_000

/** As a script that leaves `determinism.determinismLog`, the same bytes for all engines. */
async function bundledScenario(): Promise<string> {
  const bundled = await build({
    entryPoints: [join(repositoryFolder, 'lab/test-support/determinism-scenario.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'determinism',
    target: 'es2022',
  })
  return bundled.outputFiles[0]?.text ?? ''
}

function logOfNode(path: string, script: string): string {
  const { status, stdout, stderr } = spawnSync(path, ['-'], {
    input: `${script}\nprocess.stdout.write(determinism.determinismLog())`,
    encoding: 'utf8',
    maxBuffer: MAX_LOG_BYTES,
  })
  if (status !== 0) throw new Error(`${path} ended with ${status}: ${stderr}`)
  return stdout
}

function digestOf(log: string) {
  return { lines: log.split('\n').length - 1, sha256: createHash('sha256').update(log).digest('hex') }
}

test('the same seeds tell the same events in this Node', async () => {
  expect(digestOf(logOfNode(process.execPath, await bundledScenario()))).toEqual(EXPECTED)
})

test('the same seeds tell the same events in Node 24', async (context) => {
  const node24 = needs(context, 'node-24')
  expect(digestOf(logOfNode(node24, await bundledScenario()))).toEqual(EXPECTED)
})

test('the same seeds tell the same events in Chromium', async (context) => {
  const { page } = await openChromium(context)
  const script = await bundledScenario()
  const log = await page.evaluate<string>(`${script}\ndeterminism.determinismLog()`)
  expect(digestOf(log)).toEqual(EXPECTED)
})
