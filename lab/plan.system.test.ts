import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measuredCosts, readCosts } from './plan-costs.ts'
import { inLongRun } from './test-support/long-run.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

function labPlan(folder: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, INIT_CWD: folder } }
    execFile(process.execPath, [...weirProgram(), 'lab', 'plan', ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test('weir lab plan plans by its own figures or by given ones, and refuses all that is wrong at once', async (context) => {
  const folder = temporaryFolder(context)
  const planned = await labPlan(folder, '--bitrate', '5M', '--viewers', '100,1M', '--json')
  const { plans, assumptions, costs } = JSON.parse(planned.stdout)
  expect(planned.code).toBe(0)
  expect(plans.map(({ viewers }: { viewers: number }) => viewers)).toEqual([100, 1_000_000])
  expect(plans[1].ways).toHaveLength(5)
  expect(assumptions.length).toBeGreaterThan(5)
  expect(costs).toEqual(measuredCosts)

  writeFileSync(join(folder, 'costs.json'), '{"format":"weir-costs","version":2}')
  const refused = await labPlan(folder, '--viewers', 'many', '--package', 'nowhere', '--costs', 'costs.json')
  expect(refused.code).toBe(2)
  expect(refused.stderr.split('\n').slice(0, -1)).toEqual([
    'weir: --package must be the folder of a variant, with outline.json, got nowhere',
    expect.stringMatching(/^weir: --viewers must be a whole number .* got "many"$/),
    expect.stringMatching(
      /costs\.json: costs must have the format "weir-costs", version 1, got "weir-costs", version 2$/,
    ),
  ])
})

if (inLongRun)
  test('weir lab plan --measure measures a server here, and writes what --costs takes', async (context) => {
    const folder = temporaryFolder(context)
    const args = ['--bitrate', '5M', '--measure', '--measure-viewers', '20', '--write-costs', 'costs.json']
    const measured = await labPlan(folder, ...args)
    expect(measured.stderr).toBe('')
    const read = readCosts(readFileSync(join(folder, 'costs.json'), 'utf8'))
    expect(read).toMatchObject({ ok: true, costs: { ways: { multicast: { viewers: 20 } } } })
    expect(await labPlan(folder, '--bitrate', '5M', '--costs', 'costs.json')).toMatchObject({ code: 0 })
  })
