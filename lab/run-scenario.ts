import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { LabResults, LabRun } from '../simulation/lab-results.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { budgetNames, judgeLabBudgets, type JudgedLabBudget } from './lab-budget.ts'
import { labJunit } from './lab-verdict.ts'
import { writeResults } from './results-writer.ts'
import { forgetRuns, openRunFolder, RESULT_FILES, type RunFolder, type RunFolderWish } from './run-folder.ts'
import { runsOf } from './runs-of.ts'
import { writeRecords } from './scenario-records.ts'
import { scenarioVideo, type ScenarioVideo } from './scenario-video.ts'

export type RunScenarioOptions = {
  readonly scenario: Scenario
  readonly folder: string // of the scenario file
  readonly out: RunFolderWish
  readonly weir: string // the version
  readonly record: boolean
  readonly jobs?: number // of virtual runs at once; absent: one for each processor
  readonly signal: AbortSignal
  /** What is being done, and how far it is. */
  readonly onProgress: (what: 'segmenting' | 'running', ratio: number) => void
  readonly tell: (line: string) => void
}

export type ScenarioOutcome = {
  readonly folder: string
  readonly files: readonly string[] // in it
  readonly runs: readonly LabRun[]
  readonly judged: readonly JudgedLabBudget[]
  readonly seconds: number
}

/** Makes all runs of a scenario, or those that an interrupted one left, and writes results, verdict and report. Rejects with
 *  the signal's reason; what has been run is kept then, and the same call goes on. Rejects with ConfigProblems for a folder
 *  that is taken, with UnplayableSide, and as scenario-video.ts and the live lab do. */
export async function runScenario(options: RunScenarioOptions): Promise<ScenarioOutcome> {
  const { scenario, folder, out, weir, signal, onProgress } = options
  const startMs = performance.now()
  const watched = await scenarioVideo(scenario.source, {
    folder,
    weir,
    signal,
    onProgress: (ratio) => onProgress('segmenting', ratio),
  })
  const identity = { weir, scenario, ...(watched.sha256 === undefined ? {} : { videoSha256: watched.sha256 }) }
  const opened = await openRunFolder(out, identity)
  try {
    await makeRuns(opened, watched, options)
    return await conclude(opened, watched, options, startMs)
  } finally {
    await opened.close()
  }
}

async function makeRuns({ path, runs }: RunFolder, video: ScenarioVideo, options: RunScenarioOptions): Promise<void> {
  const { scenario, onProgress, tell } = options
  const count = plannedRunCount(scenario)
  if (runs.count > 0) tell(`${path} has ${runs.count} of ${count} runs: going on`)
  onProgress('running', runs.count / count)
  if (runs.count === count) return
  for await (const run of runsOf(video, { ...options, skip: (index) => runs.has(index) })) {
    await runs.append(run)
    onProgress('running', runs.count / count)
  }
}

async function conclude(
  { path, runs: file }: RunFolder,
  { video }: ScenarioVideo,
  options: RunScenarioOptions,
  startMs: number,
): Promise<ScenarioOutcome> {
  const { scenario, weir, record } = options
  const records = record ? await writeRecords(path, scenario, video, weir) : []
  const runs: LabRun[] = []
  for await (const run of file.inOrder()) runs.push(run)
  const judged = judgeLabBudgets(scenario.budgets, budgetNames(scenario), runs)
  const seconds = (performance.now() - startMs) / 1000 // ms to s
  const made = { atUnixMs: Date.now(), node: process.versions.node, seconds }
  const results: LabResults = { format: 'weir-results', version: 1, weir, scenario, made, runs }
  await writeFileAtomic(join(path, 'junit.xml'), labJunit(scenario.name, seconds, runs.length, judged))
  await writeResults(path, results, runs)
  await forgetRuns(path)
  return { folder: path, files: [...RESULT_FILES, ...records], runs, judged, seconds }
}
