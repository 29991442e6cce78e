import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { measuredCosts, readCosts, type PlanCosts } from '../lab/plan-costs.ts'
import { measureCosts } from '../lab/plan-measure.ts'
import { readQuestion, type PlanWords } from '../lab/plan-question.ts'
import { ASSUMPTIONS, planText } from '../lab/plan-text.ts'
import { plan } from '../lab/plan.ts'
import { readOutline } from '../protocol/outline.ts'
import { ConfigProblems } from '../server/config.ts'
import { version } from '../server/project-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { withBar } from './terminal.ts'
import { readablePath, writableFile } from './user-files.ts'

type PlanFlags = PlanWords & {
  readonly package?: string // the folder of a variant
  readonly costs?: string
  readonly measure?: boolean
  readonly measureViewers: number
  readonly writeCosts?: string
  readonly json?: boolean
}

type Found = { readonly bitsPerSecond: number; readonly segmentSeconds: number }

/** `weir lab plan`: what N viewers need, as tables or JSON. */
export async function runLabPlan(flags: PlanFlags): Promise<void> {
  const { json = false, measure = false } = flags
  const problems: string[] = []
  const found = await packageOf(flags.package).catch(gather(problems))
  const read = readQuestion(flags, found ?? (flags.package === undefined ? {} : { bitsPerSecond: 1 }))
  if (!read.ok) problems.push(...read.problems)
  const file = await writableFile('--write-costs', flags.writeCosts)
  if (file.problem !== undefined) problems.push(file.problem)
  if (measure && flags.costs !== undefined) problems.push('--costs and --measure exclude each other, got both')
  if (!measure && flags.writeCosts !== undefined) problems.push('--write-costs needs --measure')
  const given = measure ? undefined : await costsOf(flags.costs).catch(gather(problems))
  if (!read.ok || problems.length > 0) throw new ConfigProblems(problems)
  const costs = given ?? (await measuredNow(flags.measureViewers))
  if (file.path !== undefined) await writeFile(file.path, `${JSON.stringify(costs, undefined, 2)}\n`)
  const plans = plan(read.question, costs)
  if (!json) return console.log(planText(plans, read.question, costs))
  console.log(JSON.stringify({ question: read.question, plans, costs, assumptions: ASSUMPTIONS }, undefined, 2))
}

/** What a variant of a package has: its mean rate and the length of its segments. */
async function packageOf(folder: string | undefined): Promise<Found | undefined> {
  if (folder === undefined) return undefined
  const path = await readablePath(join(folder, 'outline.json')).catch(() => {
    throw new ConfigProblems([`--package must be the folder of a variant, with outline.json, got ${folder}`])
  })
  const outline = readOutline(await readFile(path, 'utf8'))
  if (!outline.ok) throw new ConfigProblems([`--package: ${path} is no outline: ${JSON.stringify(outline.fault)}`])
  const { segments } = outline.value
  const seconds = segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0)
  const bits = segments.reduce((sum, { sizeBytes }) => sum + 8 * sizeBytes, 0)
  if (!(seconds > 0)) throw new ConfigProblems([`--package: ${path} has no segments`])
  return { bitsPerSecond: bits / seconds, segmentSeconds: seconds / segments.length }
}

async function costsOf(file: string | undefined): Promise<PlanCosts> {
  if (file === undefined) return measuredCosts
  const path = await readablePath(file).catch(() => {
    throw new ConfigProblems([`--costs must be a file that can be read, got ${file}`])
  })
  const read = readCosts(await readFile(path, 'utf8'))
  if (!read.ok) throw new ConfigProblems(read.problems.map((problem) => `${path}: ${problem}`))
  return read.costs
}

async function measuredNow(viewers: number): Promise<PlanCosts> {
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  process.on('SIGTERM', () => stop.abort())
  const program = [...process.execArgv, process.argv[1] ?? '']
  const options = {
    program,
    weir: version,
    day: new Date().toISOString().slice(0, 10),
    viewers,
    windowMs: WINDOW_MS,
    signal: stop.signal,
  }
  return withBar('measuring', (onProgress) => measureCosts({ ...options, onProgress })).catch((error: unknown) => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    throw error
  })
}

const WINDOW_MS = 8000

/** Problems are told together with those of other words. */
function gather(problems: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof ConfigProblems)) throw error
    problems.push(...error.problems)
    return undefined
  }
}
