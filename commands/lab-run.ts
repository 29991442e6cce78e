import { resolve } from 'node:path'
import { frontierLines } from '../lab/frontier-text.ts'
import { runScenario, type ScenarioOutcome } from '../lab/run-scenario.ts'
import { runTable } from '../lab/run-text.ts'
import { readScenarioFile } from '../lab/scenario-file.ts'
import { LONGEST_RECORD_SECONDS } from '../lab/scenario-records.ts'
import { ConfigProblems } from '../server/config.ts'
import { version } from '../server/project-folder.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { exitCodes } from './exit-codes.ts'
import { CLEAR_LINE, withBar } from './terminal.ts'
import { readablePath, userFolder } from './user-files.ts'

type LabRunFlags = {
  readonly out?: string
  readonly mode?: Scenario['mode']
  readonly seeds?: readonly number[]
  readonly jobs?: number
  readonly record?: boolean
  readonly checkLive?: number
  readonly overwrite?: boolean
  readonly json?: boolean
}

/** `weir lab run`. */
export async function runLabRun(file: string, flags: LabRunFlags): Promise<void> {
  const { mode, seeds } = flags
  const path = await readablePath(file)
  const read = await readScenarioFile(path, { ...(mode && { mode }), ...(seeds && { seeds }) })
  if (!read.ok) throw new ConfigProblems(read.problems)
  await runRead(read, flags)
}

/** A bar while the scenario runs, then a table and the verdict, or one JSON object. */
export async function runRead(
  // The paths in the scenario are relative to the folder; the text is of one that is in no file.
  read: { readonly scenario: Scenario; readonly folder: string; readonly scenarioText?: string },
  flags: Omit<LabRunFlags, 'mode' | 'seeds'>,
): Promise<void> {
  const { scenario } = read
  const { jobs, checkLive, json = false } = flags
  const record = flags.record ?? false
  const problems = recordProblems(scenario, record)
  if (problems.length > 0) throw new ConfigProblems(problems)
  const stop = new AbortController()
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted) // asked twice
    stop.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const tell = (line: string): void => {
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE) // of the bar, which comes back below
    console.error(line)
  }
  const out = { path: resolve(userFolder, flags.out ?? `weir-lab/${scenario.name}`), isNamed: flags.out !== undefined }
  let isTold = false
  const outcome = await withBar(scenario.name, (onProgress) =>
    runScenario({
      ...read,
      ...(jobs === undefined ? {} : { jobs }),
      ...(checkLive === undefined ? {} : { checkLive }),
      out: { ...out, overwrite: flags.overwrite ?? false },
      weir: version,
      record,
      signal: stop.signal,
      onProgress: (what, ratio) => {
        if (what === 'segmenting' && !isTold) tell('segmenting the video: it is kept for the next time')
        isTold ||= what === 'segmenting'
        onProgress(ratio)
      },
      tell,
    }),
  ).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
    console.error('weir: interrupted; the same command goes on where it was')
    process.exit(exitCodes.interrupted)
  })
  const lines = json ? [JSON.stringify(summaryOf(scenario, outcome), undefined, 2)] : linesOf(scenario, outcome)
  console.log(lines.join('\n'))
  process.exitCode = outcome.judged.every(({ isKept }) => isKept) ? exitCodes.done : exitCodes.finding
}

function recordProblems({ durationSeconds }: Scenario, record: boolean): readonly string[] {
  if (!record) return []
  if (durationSeconds <= LONGEST_RECORD_SECONDS) return []
  return [`--record takes runs of at most ${LONGEST_RECORD_SECONDS} s, got ${durationSeconds}`]
}

function linesOf(
  scenario: Scenario,
  { folder, files, runCount, means, judged, frontier, seconds }: ScenarioOutcome,
): readonly string[] {
  const made = `${runCount} ${scenario.mode} runs in ${seconds.toFixed(1)} s: ${folder}`
  return [...runTable(scenario, means, judged), ...frontierLines(frontier), `${made} (${files.join(', ')})`]
}

function summaryOf({ name, mode }: Scenario, { folder, files, runCount, judged, frontier, seconds }: ScenarioOutcome) {
  const isGood = judged.every(({ isKept }) => isKept)
  return { scenario: name, mode, isGood, runs: runCount, seconds, folder, files, budgets: judged, frontier }
}
