import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { sweep } from './sweep-pool.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { determinismSweep, determinismVideo } from './test-support/determinism-sweep.ts'
import { matrix } from './test-support/long-run.ts'
import { repositoryFolder } from './test-support/shared-files.ts'

/** SHA-256 of all that the scenario tells. Another number means that the same seed tells another run than before: right
 *  after a change of the model, and of what a record or a measure holds; never otherwise. */
const EXPECTED = { lines: 75_443, sha256: '899040d42e312352d19509146ebd5d302a90252aab8c479a4f3f5db3507ad4ba' }

/** The same of the runs of a sweep. */
const EXPECTED_SWEEP = { lines: 16, sha256: '2af6189b1df2c125cd70ce513fc28163df01032bf4628a0a16107d346a294d29' }

const MAX_LOG_BYTES = 100_000_000

type Log = { readonly file: string; readonly name: string; readonly expected: ReturnType<typeof digestOf> }

const logs: readonly Log[] = [
  { file: 'determinism-scenario.ts', name: 'determinismLog', expected: EXPECTED },
  { file: 'determinism-sweep.ts', name: 'determinismSweepLog', expected: EXPECTED_SWEEP },
]

/** As a script that leaves `determinism`, the same bytes for all engines. */
async function bundled(file: string): Promise<string> {
  const bundled = await build({
    entryPoints: [join(repositoryFolder, 'lab/test-support', file)],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'determinism',
    target: 'es2022',
  })
  return bundled.outputFiles[0]?.text ?? ''
}

function logOfNode(path: string, script: string, name: string): string {
  const { status, stdout, stderr } = spawnSync(path, ['-'], {
    input: `${script}\nprocess.stdout.write(determinism.${name}())`,
    encoding: 'utf8',
    maxBuffer: MAX_LOG_BYTES,
  })
  if (status !== 0) throw new Error(`${path} ended with ${status}: ${stderr}`)
  return stdout
}

function digestOf(log: string) {
  return { lines: log.split('\n').length - 1, sha256: createHash('sha256').update(log).digest('hex') }
}

for (const { file, name, expected } of logs) {
  test(`the same seeds tell the same in this Node: ${name}`, async () => {
    expect(digestOf(logOfNode(process.execPath, await bundled(file), name))).toEqual(expected)
  })

  test(`the same seeds tell the same in Node 24: ${name}`, async (context) => {
    const node24 = needs(context, 'node-24')
    expect(digestOf(logOfNode(node24, await bundled(file), name))).toEqual(expected)
  })
}

test('the same seeds tell the same in Chromium', async (context) => {
  const { page } = await openChromium(context)
  for (const { file, name, expected } of logs) {
    const log = await page.evaluate<string>(`${await bundled(file)}\ndeterminism.${name}()`)
    expect(digestOf(log), name).toEqual(expected)
  }
})

for (const jobs of matrix([4, 1, 2])) {
  test(`a sweep with ${jobs} workers gives the same runs`, async () => {
    const runs = []
    for await (const run of sweep(determinismSweep, determinismVideo, { jobs })) runs.push(run)
    const lines = runs.sort((a, b) => a.index - b.index).map((run) => `${JSON.stringify(run)}\n`)
    expect(digestOf(lines.join(''))).toEqual(EXPECTED_SWEEP)
  })
}
