import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { version } from '../server/project-folder.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { runScenario } from './run-scenario.ts'
import { scenarioFolder } from './scenario-folder.ts'
import { readScenarioFile, type ScenarioWishes } from './scenario-file.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun, matrix } from './test-support/long-run.ts'
import { runClient } from './test-support/run-client.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'

const examples = readdirSync(scenarioFolder).toSorted()

async function scenarioOf(name: string, wishes: ScenarioWishes = {}): Promise<Scenario> {
  const read = await readScenarioFile(join(scenarioFolder, name), wishes)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return read.scenario
}

test('lab/scenarios has eleven examples', () => expect(examples).toHaveLength(11))

for (const name of examples) {
  test(`the example ${name} keeps its budgets in virtual time`, async (context) => {
    const whole = await scenarioOf(name)
    if (whole.source.kind === 'sample') needs(context, 'ffmpeg')
    const scenario = inLongRun ? whole : { ...whole, seeds: whole.seeds.slice(0, 2) }
    const { judged, runCount } = await runScenario({
      scenario,
      folder: scenarioFolder,
      out: { path: join(temporaryFolder(context), 'out'), isNamed: true, overwrite: false },
      weir: version,
      record: false,
      signal: context.signal,
      onProgress: () => {},
      tell: () => {},
    })
    expect(runCount).toBeGreaterThan(0)
    expect(judged.length).toBeGreaterThanOrEqual(3)
    expect(judged.filter(({ isKept }) => !isKept)).toEqual([])
  })
}

for (const name of matrix(['office.yaml', 'satellite.yaml'])) {
  test.concurrent(`the example ${name} keeps its budgets over real sockets, too`, async (context) => {
    needs(context, 'ffmpeg')
    const folder = temporaryFolder(context)
    const args = ['lab', 'run', join(scenarioFolder, name), '--mode', 'live', '--seeds', '1', '--json', '--out', 'out']
    const run = await runClient(process.execPath, [...weirProgram(), ...args], {
      timeoutMs: 80_000,
      cwd: folder,
      env: { INIT_CWD: folder },
    })
    expect(run.status, run.stdout + run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ mode: 'live', isGood: true })
  })
}
