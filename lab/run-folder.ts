import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigProblems } from '../server/config.ts'
import { parseJson } from '../server/json-text.ts'
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../server/processes.ts'
import { RunsFile, type RunsIdentity } from './runs-file.ts'

/** What is there of a run that has not come to its end. */
export const RUNS = 'runs.jsonl'

/** What every finished run leaves; verdict, report, frontier and records come beside them. */
export const RESULT_FILES = ['results.json', 'results.csv'] as const

const LOCK = '.weir-running.json'
const MOST_FOLDERS = 10_000

/** A folder that this process alone writes, with what has been run so far. */
export type RunFolder = { readonly path: string; readonly runs: RunsFile; close(): Promise<void> }

export type RunFolderWish = {
  readonly path: string
  readonly isNamed: boolean // by a person; else what is taken gets a number
  readonly overwrite: boolean // finished results give way
}

/** Opens the folder for these runs: a new one, or one in which they were interrupted. Finished results stay: rejects with
 *  ConfigProblems where a person named their folder, else takes the next number. */
export async function openRunFolder(wish: RunFolderWish, identity: RunsIdentity): Promise<RunFolder> {
  if (wish.isNamed) return openOne(wish.path, identity, wish.overwrite)
  for (let number = 1; number <= MOST_FOLDERS; number += 1) {
    const path = number === 1 ? wish.path : `${wish.path}-${number}`
    try {
      return await openOne(path, identity, false)
    } catch (error) {
      if (!(error instanceof ConfigProblems)) throw error
    }
  }
  throw new ConfigProblems([`${wish.path} and its next ${MOST_FOLDERS} must not all be taken: choose --out`])
}

async function openOne(path: string, identity: RunsIdentity, overwrite: boolean): Promise<RunFolder> {
  const names = await namesIn(path)
  const isBegun = names.includes(RUNS)
  const isFinished = names.includes(RESULT_FILES[0]) && !isBegun
  if (isFinished && !overwrite) {
    throw new ConfigProblems([`--out must have no finished results, got ${path}: choose another, or --overwrite`])
  }
  if (names.length > 0 && !isFinished && !isBegun) {
    throw new ConfigProblems([`--out must be new, empty, or of an earlier run, got ${path}`])
  }
  await mkdir(path, { recursive: true })
  const release = await lock(path)
  try {
    const runs = await openRuns(join(path, RUNS), identity, overwrite)
    return { path, runs, close: () => runs.close().then(release) }
  } catch (error) {
    await release()
    throw error
  }
}

async function namesIn(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new ConfigProblems([`--out must be a folder, got ${path} (${error.code})`])
  })
  return names.filter((name) => name !== LOCK)
}

async function openRuns(path: string, identity: RunsIdentity, overwrite: boolean): Promise<RunsFile> {
  try {
    return await RunsFile.open(path, identity)
  } catch (error) {
    if (!overwrite || !(error instanceof ConfigProblems)) throw error
    await rm(path) // other runs, which are to give way
    return RunsFile.open(path, identity)
  }
}

/** Takes away what only an unfinished run needs. */
export async function forgetRuns(path: string): Promise<void> {
  await rm(join(path, RUNS), { force: true })
}

/** The lock of a process that has ended is taken over. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK)
  const holder = parseJson(await readFile(path, 'utf8').catch(() => '')) as ProcessIdentity | undefined
  if (holder !== undefined && (await isStillRunning(holder))) {
    throw takenBy(folder, holder.pid)
  }
  await rm(path, { force: true })
  const own = (await identifyProcess(process.pid)) ?? { pid: process.pid, startTicks: 0, command: 'weir' }
  await writeFile(path, JSON.stringify(own), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? takenBy(folder, undefined) : error // of two that come at once, one fails here
  })
  return () => rm(path, { force: true })
}

function takenBy(folder: string, pid: number | undefined): ConfigProblems {
  const who = pid === undefined ? 'another process' : `process ${pid}`
  return new ConfigProblems([`--out must be nobody else's, got ${folder}: ${who} is writing there`])
}
