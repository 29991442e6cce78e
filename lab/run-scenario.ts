import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { LabRun } from '../simulation/lab-results.ts'
import { plannedRunCount } from '../simulation/planned-runs.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { BadSource } from './bad-source.ts'
import type { FrontierPoint } from './frontier.ts'
import type { JudgedLabBudget } from '../simulation/lab-budget.ts'
import { checkLive } from './live-sample.ts'
import type { LabReportExtras } from './report.ts'
import { writeResults } from './results-writer.ts'
import { forgetRuns, openRunFolder, RESULT_FILES, type RunFolder, type RunFolderWish } from './run-folder.ts'
import { MOST_REPORTED_RUNS, RunConclusion } from './run-conclusion.ts'
import type { RunMeans } from './run-means.ts'
import { timelinesOf } from './run-timelines.ts'
import { runsOf, type RunsOptions } from './runs-of.ts'
import { LiveRecords, writeRecords } from './scenario-records.ts'
import { scenarioVideo, type ScenarioVideo } from './scenario-video.ts'
import type { LiveCell } from './validate-live.ts'

/** Of all sides together: more of what is drawn over time would keep whoever waits for a report. */
const LONGEST_TIMELINES_SECONDS = 3000

export type RunScenarioOptions = {
  readonly scenario: Scenario
  readonly folder: string // of the scenario file
  readonly scenarioText?: string // of a scenario that is in no file, to be kept beside its results
  readonly out: RunFolderWish
  readonly weir: string // the version
  readonly record: boolean
  readonly checkLive?: number // of the virtual runs so many are made over live sockets, too
  readonly jobs?: number // of virtual runs at once; absent: one for each processor
  readonly signal: AbortSignal
  /** What is being done, and how far it is. */
  readonly onProgress: (what: 'segmenting' | 'running', ratio: number) => void
  readonly tell: (line: string) => void
}

export type ScenarioOutcome = {
  readonly folder: string
  readonly files: readonly string[] // in it
  readonly runCount: number
  readonly means: RunMeans
  readonly judged: readonly JudgedLabBudget[]
  readonly frontier: readonly FrontierPoint[] // where HLS and RTP change places
  readonly seconds: number
}

/** Makes all runs of a scenario, or those that an interrupted one left, and writes results, verdict and report. Rejects with
 *  the signal's reason; what has been run is kept then, and the same call goes on. Rejects with ConfigProblems for a folder
 *  that is taken, with UnplayableSide, and as scenario-video.ts and the live lab do. */
export async function runScenario(options: RunScenarioOptions): Promise<ScenarioOutcome> {
  const { scenario, folder, out, weir, record, signal, onProgress } = options
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
    const live = await makeRuns(opened, watched, options)
    const isVirtual = scenario.mode === 'virtual'
    const records = record && isVirtual ? await writeRecords(opened.path, scenario, watched.video, weir) : live
    const timelines = timelineSeconds(scenario) <= LONGEST_TIMELINES_SECONDS ? timelinesOf(scenario, watched.video) : []
    const checked = await heldAgainstLive(watched, options)
    return await conclude(opened, { records, timelines, ...(checked && { live: checked }) }, options, startMs)
  } finally {
    await opened.close()
  }
}

/** Undefined where nobody asked for it, or nothing can be compared. */
async function heldAgainstLive(
  { folder }: ScenarioVideo,
  { scenario, checkLive: count = 0, signal, tell }: RunScenarioOptions,
): Promise<readonly LiveCell[] | undefined> {
  if (count === 0 || scenario.mode === 'live') return undefined
  if (folder === undefined) throw new BadSource('source.kind must be "sample", "file" or "package" for --check-live')
  const checked = await checkLive(scenario, count, { source: { kind: 'package', path: folder }, signal, tell })
  if (checked === undefined) tell('--check-live: no side of this scenario is played alike live and in virtual time')
  return checked?.cells
}

/** Gives the names of the records of live runs. */
async function makeRuns(
  { path, runs }: RunFolder,
  video: ScenarioVideo,
  options: RunScenarioOptions,
): Promise<readonly string[]> {
  const { scenario, record, weir, onProgress, tell } = options
  const count = plannedRunCount(scenario)
  if (runs.count > 0) tell(`${path} has ${runs.count} of ${count} runs: going on`)
  onProgress('running', runs.count / count)
  if (runs.count === count) return []
  const records = new LiveRecords(scenario)
  const names: string[] = []
  const skip = (index: number): boolean => runs.has(index)
  const tellEvent: RunsOptions['tellEvent'] = (planned, side, event) => records.add(planned, side, event)
  for await (const run of runsOf(video, { ...options, skip, ...(record ? { tellEvent } : {}) })) {
    names.push(...(await records.write(path, run, weir)))
    await runs.append(run)
    onProgress('running', runs.count / count)
  }
  return names
}

async function conclude(
  { path, runs: file }: RunFolder,
  { records, ...extras }: { readonly records: readonly string[] } & Pick<LabReportExtras, 'timelines' | 'live'>,
  { scenario, weir, tell, scenarioText }: RunScenarioOptions,
  startMs: number,
): Promise<ScenarioOutcome> {
  const seconds = (performance.now() - startMs) / 1000 // ms to s
  const made = { atUnixMs: Date.now(), node: process.versions.node, seconds }
  const head = { weir, scenario, made }
  const conclusion = new RunConclusion(scenario)
  await writeResults(path, head, seenBy(file.inOrder(), conclusion)) // read once, from file to file
  const { files, judged, frontier } = await conclusion.write(path, head, extras)
  if (!files.includes('report.html')) tell(`report.html is of at most ${MOST_REPORTED_RUNS} runs: there is none`)
  const kept = scenarioText === undefined ? [] : ['scenario.yaml']
  for (const name of kept) await writeFileAtomic(join(path, name), scenarioText ?? '')
  await forgetRuns(path)
  const written = { folder: path, files: [...RESULT_FILES, ...files, ...records, ...kept], runCount: file.count }
  return { ...written, means: conclusion.means, judged, frontier, seconds }
}

function timelineSeconds({ networks, sides, durationSeconds }: Scenario): number {
  return networks.length * sides.length * durationSeconds
}

async function* seenBy(runs: AsyncIterable<LabRun>, conclusion: RunConclusion): AsyncGenerator<LabRun> {
  for await (const run of runs) {
    conclusion.add(run)
    yield run
  }
}
