import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import { resultsCsv, resultsJson, writeResults } from './results-writer.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { madeRun, tinyScenario } from './test-support/tiny-scenario.ts'

const made = { atUnixMs: 1_800_000_000_000, node: 'v20.19.0', seconds: 1.5 }
const head = { weir: '0.6.0', scenario: tinyScenario, made }
const runs = Array.from({ length: plannedRunCount(tinyScenario) }, (_, index) => madeRun(tinyScenario, index))

test('writeResults writes the results that its head and runs are, a line a run', async (context) => {
  const folder = temporaryFolder(context)
  await writeResults(folder, head, runs)
  const text = readFileSync(join(folder, 'results.json'), 'utf8')
  expect(JSON.parse(text)).toEqual({ format: 'weir-results', version: 1, ...head, runs })
  expect(text).toBe(resultsJson({ format: 'weir-results', version: 1, ...head, runs }))
  expect(text.split('\n').filter((line) => line.startsWith('{"index"'))).toHaveLength(12)
  expect(readFileSync(join(folder, 'results.csv'), 'utf8')).toBe(resultsCsv({ scenario: tinyScenario, runs }))
  expect(readdirSync(folder).sort()).toEqual(['results.csv', 'results.json'])
})

test('writeResults writes results without a run', async (context) => {
  const folder = temporaryFolder(context)
  await writeResults(folder, head, [])
  expect(JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))).toMatchObject({ made, runs: [] })
  expect(readFileSync(join(folder, 'results.csv'), 'utf8').split('\r\n')).toHaveLength(2)
})

test('writeResults leaves what was there when a run cannot be had', async (context) => {
  const folder = temporaryFolder(context)
  await writeResults(folder, head, [])
  async function* broken() {
    yield* runs
    await Promise.reject(new Error('no more'))
  }
  await expect(writeResults(folder, head, broken())).rejects.toThrow('no more')
  expect(JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))).toMatchObject({ runs: [] })
  expect(readdirSync(folder).sort()).toEqual(['results.csv', 'results.json'])
})

test('resultsCsv has a row for each run, side and measure, in the units of the measures', () => {
  const [header, ...rows] = resultsCsv({ scenario: tinyScenario, runs }).split('\r\n')
  expect(header).toBe('run,network,rateBitsPerSecond,lossRatio,seed,mode,name,side,measure,value,unit,kind')
  expect(rows.slice(4, 8)).toEqual([
    '1,line,500000,0,8,virtual,hls,hls,startupMs,100.333333,ms,measured',
    '1,line,500000,0,8,virtual,hls,hls,stallRatio,0.1,%,measured',
    '1,line,500000,0,8,virtual,udp,udp,startupMs,100.333333,ms,measured',
    '1,line,500000,0,8,virtual,udp,udp,stallRatio,0.1,%,measured',
  ])
  expect(rows).toHaveLength(12 * 2 * 2 + 1)
})
