import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GUIDED_ORDER, guidedExperiments, type GuidedExperiment } from '../player/guided-experiments.ts'
import { budgetNames, judgeLabBudgets, type JudgedLabBudget } from '../simulation/lab-budget.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import { modelVideo } from '../simulation/model-video.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import { playRun } from '../simulation/play-run.ts'
import { controlledScenario } from '../simulation/scenario-control.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { readScenarioFile } from './scenario-file.ts'
import { guidedFolder } from './scenario-folder.ts'
import { inLongRun } from './test-support/long-run.ts'

const MOST_SEEDS = { asItIs: 2, without: 1 } as const // of the short run

const filesIn = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.yaml'))

/** As the page has them when it was built. */
async function readAll(): Promise<readonly GuidedExperiment[]> {
  const scenarios = await Promise.all(
    filesIn(guidedFolder).map(async (file) => {
      const read = await readScenarioFile(join(guidedFolder, file))
      if (!read.ok) throw new Error(read.problems.join('\n'))
      return [`/${file}`, read.scenario] as const
    }),
  )
  const pages = filesIn(join(guidedFolder, 'pages')).map(
    (file) => [`/${file}`, readFileSync(join(guidedFolder, 'pages', file), 'utf8')] as const,
  )
  return guidedExperiments(Object.fromEntries(scenarios), Object.fromEntries(pages))
}

const experiments = await readAll()

function runsOf(scenario: Scenario): readonly LabRun[] {
  if (scenario.source.kind !== 'model') throw new Error(`expected a modelled video, got ${scenario.source.kind}`)
  const video = modelVideo(scenario.source)
  return Array.from({ length: plannedRunCount(scenario) }, (_, place) => playRun(scenario, video, place))
}

function judgedOf(scenario: Scenario): readonly JudgedLabBudget[] {
  return judgeLabBudgets(scenario.budgets, budgetNames(scenario), runsOf(scenario))
}

const fewSeeds = (scenario: Scenario, most: number): Scenario =>
  inLongRun ? scenario : { ...scenario, seeds: scenario.seeds.slice(0, most) }

const textsOf = (judged: readonly JudgedLabBudget[]): readonly string[] => judged.map(({ text }) => text)

test('lab/guided has ten experiments, each with a page, and the pages’ order has them all', () => {
  const files = GUIDED_ORDER.map((name) => `${name}.yaml`).toSorted()
  expect(files).toHaveLength(10)
  expect(filesIn(guidedFolder).toSorted()).toEqual(files)
  expect(filesIn(join(guidedFolder, 'pages')).toSorted()).toEqual(files)
})

for (const { name, scenario, page } of experiments) {
  test(`${name} is told in full: every claim, side and line in words, three to six paragraphs, a figure`, () => {
    expect(scenario.name).toBe(name)
    expect(Object.keys(page.claims)).toEqual(scenario.budgets)
    expect(scenario.budgets.length).toBeGreaterThanOrEqual(4)
    const named = [...scenario.sides, ...scenario.networks].map((one) => one.name)
    expect(Object.keys(page.names).toSorted()).toEqual(named.toSorted())
    expect(page.paragraphs.length).toBeGreaterThanOrEqual(3)
    expect(page.paragraphs.length).toBeLessThanOrEqual(6)
    expect(page.figures.length).toBeGreaterThanOrEqual(1)
    expect(page.next.length).toBeGreaterThanOrEqual(1)
    const networks = scenario.networks.map((network) => network.name)
    for (const { network } of page.next) if (network !== undefined) expect(networks).toContain(network)
  })

  test(`${name} keeps its claims, each of a side that it names`, () => {
    const judged = judgedOf(fewSeeds(scenario, MOST_SEEDS.asItIs))
    expect(textsOf(judged)).toEqual(scenario.budgets)
    expect(judged.filter(({ isKept }) => !isKept)).toEqual([])
  })

  test(`${name}: each claim falls where its cause is taken away, for something was measured that breaks it`, () => {
    const broken = new Set<string>()
    for (const control of page.without) {
      const judged = judgedOf(fewSeeds(controlledScenario(scenario, control), MOST_SEEDS.without))
      const fallen = judged.filter(({ isKept, value }) => !isKept && value !== undefined)
      expect(fallen.length, control.title).toBeGreaterThan(0)
      for (const { text } of fallen) broken.add(text)
    }
    expect([...broken].toSorted()).toEqual(scenario.budgets.toSorted())
  })
}
