import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { version } from '../server/project-folder.ts'
import { runScenario } from './run-scenario.ts'
import { readScenarioFile } from './scenario-file.ts'
import { trackChild } from './test-support/child-processes.ts'
import { runClient } from './test-support/run-client.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'

const scenario = (lines: string): string => `
name: tiny
durationSeconds: 4
source: { kind: model, variants: [{ name: 360p, bitsPerSecond: 400000, heightPixels: 360, framesPerSecond: 25 }] }
sides: { hls: { kind: hls }, udp: { kind: udp } }
${lines}
`

const labRun = (folder: string, ...args: readonly string[]) =>
  runClient(process.execPath, [...weirProgram(), 'lab', 'run', ...args], {
    timeoutMs: 90_000,
    cwd: folder,
    env: { INIT_CWD: folder },
  })

const withoutMade = (folder: string): string =>
  readFileSync(join(folder, 'results.json'), 'utf8').replace(/^"made":.*$/m, '')

/** In this process, by the same version. */
async function runWhole(file: string, out: string): Promise<void> {
  const read = await readScenarioFile(file)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const signal = new AbortController().signal
  const where = { path: out, isNamed: true, overwrite: false }
  await runScenario({ ...read, out: where, weir: version, record: false, signal, onProgress: () => {}, tell: () => {} })
}

test.concurrent('weir lab run names its broken budget in JUnit and on the terminal, with exit code 1', async (context) => {
  const folder = temporaryFolder(context)
  const budgets = `[udp.startupMs < hls.startupMs on lte, stallRatio < 0.5, 'hls.startupMs p50 < 1 on lossy']`
  writeFileSync(join(folder, 'tiny.yaml'), scenario(`networks: [lte, lossy]\nseeds: [3, 4]\nbudgets: ${budgets}`))
  const run = await labRun(folder, 'tiny.yaml', '--out', 'out')
  expect([run.status, run.stderr]).toEqual([1, ''])
  const broken =
    /^✗ hls\.startupMs p50 < 1 on lossy: ([\d.]+) against 1; 2 of 2 runs beyond it, the worst on lossy, seed \d/m
  const [line = '', value] = broken.exec(run.stdout) ?? []
  expect(run.stdout.split('\n').filter((text) => text.startsWith('✗'))).toHaveLength(1)
  expect(run.stdout).toMatch(/^✓ udp\.startupMs < hls\.startupMs on lte: /m)
  const junit = readFileSync(join(folder, 'out/junit.xml'), 'utf8')
  expect(junit).toContain('tests="5" failures="1"')
  expect(junit).toContain(
    'name="hls.startupMs p50 &lt; 1 on lossy">\n      <failure message="' + line.slice(line.indexOf(value ?? '?')),
  )
  expect(readdirSync(join(folder, 'out')).toSorted()).toEqual([
    'junit.xml',
    'report.html',
    'results.csv',
    'results.json',
  ])
})

test.concurrent('weir lab run that is interrupted goes on: the results are those of an uninterrupted one', async (context) => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'tiny.yaml'), scenario('networks: [train]\nseeds: { count: 120 }'))
  const child = trackChild(
    spawn(process.execPath, [...weirProgram(), 'lab', 'run', 'tiny.yaml', '--out', 'cut'], {
      cwd: folder,
      env: { ...process.env, INIT_CWD: folder },
      stdio: 'ignore',
    }),
  )
  const runsFile = join(folder, 'cut/runs.jsonl')
  const madeRuns = (): number => (existsSync(runsFile) ? readFileSync(runsFile, 'utf8').split('\n').length - 2 : 0)
  const ended = once(child, 'exit')
  while (madeRuns() < 3 && child.exitCode === null) await delay(2)
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  const before = madeRuns()
  expect(before).toBeLessThan(120)
  const again = await labRun(folder, 'tiny.yaml', '--out', 'cut')
  expect(again).toMatchObject({ status: 0, stderr: expect.stringContaining(`cut has ${before} of 120 runs: going on`) })
  await runWhole(join(folder, 'tiny.yaml'), join(folder, 'whole'))
  expect(withoutMade(join(folder, 'cut'))).toBe(withoutMade(join(folder, 'whole')))
  expect(readFileSync(join(folder, 'cut/results.csv'))).toEqual(readFileSync(join(folder, 'whole/results.csv')))
})

test.concurrent('weir lab run names all that is wrong with a scenario, with exit code 2', async (context) => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'tiny.yaml'), scenario('networks: [tram]\nseed: 1\nbudgets: [stall < 1]'))
  const run = await labRun(folder, 'tiny.yaml', '--out', 'out')
  expect([run.status, run.stdout]).toEqual([2, ''])
  expect(run.stderr.split('\n').map((line) => line.slice(0, 40))).toEqual([
    'weir: tiny.yaml:7: seed is unknown; known here'.slice(0, 40),
    'weir: tiny.yaml:6: networks.0 must be a preset'.slice(0, 40),
    'weir: tiny.yaml:8: budgets.0 is no limit: a'.slice(0, 40),
    '',
  ])
  expect(existsSync(join(folder, 'out'))).toBe(false)
})
