import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Scenario } from '../simulation/scenario.ts'
import { MOST_REPORTED_RUNS, RunConclusion } from './run-conclusion.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { madeRun, tinyScenario } from './test-support/tiny-scenario.ts'

const head = { weir: '0.6.0', scenario: tinyScenario, made: { atUnixMs: 0, node: '20.19.0', seconds: 1 } }

function concluded(scenario: Scenario, runs: number): RunConclusion {
  const conclusion = new RunConclusion(scenario)
  for (let index = 0; index < runs; index += 1) conclusion.add(madeRun(scenario, index))
  return conclusion
}

test('RunConclusion reports up to as many runs as a page can show, and judges any number', async (context) => {
  const folder = temporaryFolder(context)
  const seeds = Array.from({ length: MOST_REPORTED_RUNS + 1 }, (_, seed) => seed)
  const many: Scenario = { ...tinyScenario, grid: [], seeds, budgets: ['udp.stallRatio max < 1'] }
  writeFileSync(join(folder, 'report.html'), 'of an earlier run')
  const { files, judged } = await concluded(many, seeds.length).write(folder, { ...head, scenario: many })
  expect(files).toEqual(['junit.xml'])
  expect(existsSync(join(folder, 'report.html'))).toBe(false)
  expect(judged).toMatchObject([{ runs: 10_001, isKept: false, value: 10 }])
})

test('RunConclusion leaves verdict, report and frontier of a grid', async (context) => {
  const conclusion = concluded(tinyScenario, 12)
  const { files, judged } = await conclusion.write(temporaryFolder(context), head)
  expect([files, judged]).toEqual([['junit.xml', 'report.html', 'frontier.csv'], []])
  expect(conclusion.means.mean('line', 'hls', 'stallRatio')).toBeCloseTo(0.0055, 12)
})
