import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { LabResults } from '../simulation/lab-results.ts'
import { trackChild } from './test-support/child-processes.ts'
import { inLongRun } from './test-support/long-run.ts'
import { runClient } from './test-support/run-client.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'

const sweepArgs = (...args: readonly string[]) => [...weirProgram(), 'lab', 'sweep', ...args]

const labSweep = (folder: string, ...args: readonly string[]) =>
  runClient(process.execPath, sweepArgs(...args), { timeoutMs: 90_000, cwd: folder, env: { INIT_CWD: folder } })

function startedSweep(folder: string, ...args: readonly string[]) {
  const options = { cwd: folder, env: { ...process.env, INIT_CWD: folder }, stdio: 'ignore' } as const
  return trackChild(spawn(process.execPath, sweepArgs(...args), options))
}

const withoutMade = (folder: string): string =>
  readFileSync(join(folder, 'results.json'), 'utf8').replace(/^"made":.*$/m, '')

const GRID = ['--rate', '1M,4M', '--loss', '0,2%', '--bitrate', '500k', '--for', '5', '--seeds', '25'] // 100 runs

if (inLongRun)
  test('weir lab sweep that is interrupted goes on: its results are those of an uninterrupted one, byte for byte', async (context) => {
    const folder = temporaryFolder(context)
    const runsFile = join(folder, 'cut/runs.jsonl')
    const madeRuns = (): number => (existsSync(runsFile) ? readFileSync(runsFile, 'utf8').split('\n').length - 2 : 0)
    const child = startedSweep(folder, ...GRID, '--jobs', '3', '--out', 'cut')
    const ended = once(child, 'exit')
    while (madeRuns() < 3 && child.exitCode === null) await delay(2)
    child.kill('SIGINT')
    const stoppedMs = performance.now()
    expect(await ended).toEqual([130, null])
    expect(performance.now() - stoppedMs).toBeLessThan(5000) // of which a busy machine may take the most
    const before = madeRuns()
    expect(before).toBeLessThan(100)
    const [again, whole] = [
      await labSweep(folder, ...GRID, '--jobs', '1', '--out', 'cut'),
      await labSweep(folder, ...GRID, '--jobs', '2', '--out', 'whole'),
    ]
    expect(again).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`cut has ${before} of 100 runs: going on`),
    })
    expect(whole).toMatchObject({ status: 0, stderr: '' })
    const files = ['frontier.csv', 'junit.xml', 'report.html', 'results.csv', 'results.json', 'scenario.yaml']
    expect(readdirSync(join(folder, 'cut')).toSorted()).toEqual(files)
    expect(withoutMade(join(folder, 'cut'))).toBe(withoutMade(join(folder, 'whole')))
    expect(readFileSync(join(folder, 'cut/results.csv'))).toEqual(readFileSync(join(folder, 'whole/results.csv')))
  })

test('weir lab sweep names what is wrong by its flag, with exit code 2', async (context) => {
  const folder = temporaryFolder(context)
  const run = await labSweep(folder, '--loss', '0,2', '--preset', 'lte,moon')
  expect([run.status, run.stdout]).toEqual([2, ''])
  expect(run.stderr).toMatch(/^weir: --loss\.1 must be .*, got 2\nweir: --preset\.1 must be .*, got "moon"\n$/)
})

const MEGABYTES_OF_GROWTH = 60
const TINY = ['--side', 'udp', '--bitrate', '20k', '--for', '1']

/** In MB, as proc(5) tells it. */
function residentMegabytes(pid: number | undefined): number {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) * 1024) / 1e6
}

test.runIf(inLongRun && process.platform === 'linux')(
  'weir lab sweep holds no more after 20,000 runs than after 4,000',
  async (context) => {
    const folder = temporaryFolder(context)
    const child = startedSweep(folder, ...TINY, '--seeds', '20000', '--jobs', '2', '--out', 'out')
    const ended = once(child, 'exit')
    const held: number[] = []
    while (child.exitCode === null && child.signalCode === null) {
      held.push(residentMegabytes(child.pid))
      await Promise.race([ended, delay(100)])
    }
    expect(await ended).toEqual([0, null])
    const told = held.filter(Number.isFinite)
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const early = mean(told.slice(Math.floor(told.length * 0.2), Math.ceil(told.length * 0.3)))
    const late = mean(told.slice(Math.floor(told.length * 0.85), Math.ceil(told.length * 0.95)))
    expect(late - early).toBeLessThan(MEGABYTES_OF_GROWTH)
    const { runs } = JSON.parse(readFileSync(join(folder, 'out/results.json'), 'utf8')) as LabResults
    expect(runs.map(({ seed }) => seed)).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1))
    console.log(`${early.toFixed(0)} MB early, ${late.toFixed(0)} MB late, ${Math.max(...told).toFixed(0)} MB at most`)
  },
)
