import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LabResults } from '../simulation/lab-results.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { RunMeasuresFold } from '../stream/run-measures.ts'
import { readRecord } from '../stream/run-record.ts'
import { runScenario, type RunScenarioOptions } from './run-scenario.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { tinyScenario } from './test-support/tiny-scenario.ts'

type Wishes = Partial<RunScenarioOptions> & { readonly isNamed?: boolean; readonly overwrite?: boolean }

const runInto = (path: string, scenario: Scenario, { isNamed = true, overwrite = false, ...wishes }: Wishes = {}) =>
  runScenario({
    scenario,
    folder: path,
    out: { path, isNamed, overwrite },
    weir: '1.2.3',
    record: false,
    signal: new AbortController().signal,
    onProgress: () => {},
    tell: () => {},
    ...wishes,
  })

const resultsIn = (folder: string): LabResults => JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))
const withoutMade = (folder: string): string =>
  readFileSync(join(folder, 'results.json'), 'utf8').replace(/^"made":.*$/m, '')

test('runScenario gives the same results twice, but for when they were made', async (context) => {
  const folder = temporaryFolder(context)
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  const outcome = await runInto(one, tinyScenario)
  const { runs } = resultsIn(one)
  expect(runs.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  await runInto(two, tinyScenario)
  expect(withoutMade(two)).toBe(withoutMade(one))
  expect(outcome.runCount).toBe(12)
  const startups = runs.flatMap(({ sides }) => sides[1]?.measures.startupMs ?? [])
  expect(outcome.means.mean('line', 'udp', 'startupMs')).toBe(
    startups.reduce((sum, ms) => sum + ms, 0) / startups.length,
  )
  expect(outcome.means.mean('line', 'hls', 'lostPackets')).toBeUndefined()
  expect(readdirSync(one).toSorted()).toEqual(outcome.files.toSorted())
})

test('runScenario goes on where it was interrupted, even in the middle of a line', async (context) => {
  const folder = temporaryFolder(context)
  const [cut, whole] = [join(folder, 'cut'), join(folder, 'whole')]
  const stop = new AbortController()
  const onProgress = (_: string, ratio: number): void => (ratio >= 5 / 12 ? stop.abort() : undefined)
  await expect(runInto(cut, tinyScenario, { signal: stop.signal, onProgress })).rejects.toThrow('aborted')
  expect(existsSync(join(cut, 'results.json'))).toBe(false)
  writeFileSync(join(cut, 'runs.jsonl'), '{"index":11,"netw', { flag: 'a' })
  const told: string[] = []
  const ratios: number[] = []
  const further = (_: string, ratio: number): void => void ratios.push(ratio)
  await runInto(cut, tinyScenario, { tell: (line) => told.push(line), onProgress: further })
  expect(ratios.map((ratio) => Math.round(12 * ratio))).toEqual([5, 6, 7, 8, 9, 10, 11, 12]) // none is run twice
  expect(told).toEqual([`${cut} has 5 of 12 runs: going on`])
  await runInto(whole, tinyScenario)
  expect(withoutMade(cut)).toBe(withoutMade(whole))
  expect(readFileSync(join(cut, 'results.csv'))).toEqual(readFileSync(join(whole, 'results.csv')))
})

test('runScenario overwrites nothing that it is not told to', async (context) => {
  const folder = temporaryFolder(context)
  const out = join(folder, 'tiny')
  const short = { ...tinyScenario, grid: [], seeds: [1] }
  await runInto(out, short)
  await expect(runInto(out, short)).rejects.toThrow(`--out must have no finished results, got ${out}`)
  expect((await runInto(out, short, { isNamed: false })).folder).toBe(`${out}-2`)
  await runInto(out, { ...short, seeds: [2] }, { overwrite: true })
  expect(resultsIn(out).runs.map(({ seed }) => seed)).toEqual([2])
  await expect(runInto(folder, short)).rejects.toThrow('--out must be new, empty, or of an earlier run')
  await expect(runInto(join(out, 'results.json'), short)).rejects.toThrow('--out must be a folder')
})

test('runScenario: two at once do not write into one folder', async (context) => {
  const out = join(temporaryFolder(context), 'out')
  const short = { ...tinyScenario, grid: [], seeds: [1] }
  const settled = await Promise.allSettled([runInto(out, short), runInto(out, short)])
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('runScenario writes records from which the measures follow', async (context) => {
  const out = join(temporaryFolder(context), 'out')
  const { files } = await runInto(out, { ...tinyScenario, grid: [], seeds: [9] }, { record: true })
  expect(files).toContain('record-line.jsonl')
  const record = readRecord(readFileSync(join(out, 'record-line.jsonl'), 'utf8'))
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  const fold = new RunMeasuresFold({ frameIntervalMs: 40 })
  for (const event of record.value.events) fold.add(event)
  const [hls, udp] = resultsIn(out).runs[0]?.sides ?? []
  const measures = fold.measures()
  expect(hls?.measures).toEqual(measures.hls)
  expect(udp?.measures).toEqual(measures.udp)
})

test('runScenario writes a record for each side where several are of a kind', async (context) => {
  const out = join(temporaryFolder(context), 'out')
  const sides = [
    ...tinyScenario.sides,
    { name: 'udp-50', spec: { kind: 'udp', repair: 'off', jitterBufferMs: 50 } },
  ] as const
  const { files } = await runInto(out, { ...tinyScenario, sides, grid: [], seeds: [9] }, { record: true })
  expect(files.filter((name) => name.startsWith('record'))).toEqual([
    'record-line-hls.jsonl',
    'record-line-udp.jsonl',
    'record-line-udp-50.jsonl',
  ])
  expect(readRecord(readFileSync(join(out, 'record-line-udp-50.jsonl'), 'utf8'))).toMatchObject({
    ok: true,
    value: { head: { seed: 9, scenario: { network: 'line', sides: [{ name: 'udp-50' }] } } },
  })
})
