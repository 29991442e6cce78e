import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { modelVideo } from '../simulation/model-video.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import { playRun } from '../simulation/play-run.ts'
import { readScenarioFile } from './scenario-file.ts'
import { guidedFolder } from './scenario-folder.ts'
import { allFindings, noFindings } from './test-support/axe.ts'
import { openChromium } from './test-support/chromium.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun } from './test-support/long-run.ts'
import { runClient } from './test-support/run-client.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { startWeir, weirProgram } from './test-support/weir-process.ts'

type Snapshot = { readonly phase: string; readonly result?: { readonly runs: readonly unknown[] } }

/** What the page must come to: all runs of the scenario, made here. */
async function runsInNode(name: string): Promise<readonly unknown[]> {
  const read = await readScenarioFile(join(guidedFolder, `${name}.yaml`))
  if (!read.ok || read.scenario.source.kind !== 'model') throw new Error(`${name} is no modelled scenario`)
  const { scenario } = read
  const video = modelVideo(read.scenario.source)
  return Array.from({ length: plannedRunCount(scenario) }, (_, place) => playRun(scenario, video, place))
}

test('a guided experiment waits for its one click, makes the runs that Node makes, and its claims fall without their cause', async (context) => {
  needs(context, 'chromium')
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  const { page } = await openChromium(context)
  const snapshot = (): Promise<Snapshot> => page.evaluate(() => Reflect.get(window, 'weir') as Snapshot)
  await page.goto(`${weir.url}/lab`)
  await page.getByRole('link', { name: 'Is it the loss, or the wait for it?' }).click()
  await page.locator('.guided h1').waitFor()
  expect(await snapshot()).toMatchObject({ phase: 'idle' })
  expect(await page.locator('.guided-claim.untried').count()).toBe(4)

  await page.getByRole('button', { name: 'Run the experiment' }).click()
  await page.getByRole('heading', { name: 'All 4 claims hold' }).waitFor()
  expect((await snapshot()).result?.runs).toEqual(await runsInNode('head-of-line'))
  expect(await page.locator('.guided-claim.kept').count()).toBe(4)
  expect(await allFindings(page)).toEqual(noFindings)

  await page.getByRole('button', { name: 'Both as datagrams' }).click()
  await page.getByRole('heading', { name: '2 of 4 claims no longer hold' }).waitFor()
  expect(await page.locator('.guided-claim.broken').count()).toBe(2)
})

/** The clip in place of the model, which has no pictures to send. */
function withSample(text: string): string {
  return text.replace(/source:\n(?: .*\n)+/, 'source: { kind: sample, seconds: 20 }\n')
}

for (const name of ['control-server', 'jitter-buffer']) {
  if (inLongRun)
    test(`the claims of ${name} hold over real sockets, with Weir’s own clip`, async (context) => {
      needs(context, 'ffmpeg')
      const folder = temporaryFolder(context)
      writeFileSync(join(folder, 'live.yaml'), withSample(readFileSync(join(guidedFolder, `${name}.yaml`), 'utf8')))
      const args = ['lab', 'run', 'live.yaml', '--mode', 'live', '--json', '--out', 'out']
      const run = await runClient(process.execPath, [...weirProgram(), ...args], {
        timeoutMs: 200_000,
        cwd: folder,
        env: { INIT_CWD: folder },
      })
      expect(run.status, run.stdout + run.stderr).toBe(0)
    })
}
