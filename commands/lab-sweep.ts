import { readScenario, readScenarioFile } from '../lab/scenario-file.ts'
import { flagProblem, sweepScenario, type SweepFlags } from '../lab/sweep-flags.ts'
import { ConfigProblems } from '../server/config.ts'
import { runRead } from './lab-run.ts'
import { readablePath, userFolder } from './user-files.ts'

type LabSweepFlags = SweepFlags & {
  readonly out?: string
  readonly jobs?: number
  readonly overwrite?: boolean
  readonly json?: boolean
}

/** `weir lab sweep`: a run of a scenario that its flags make, or of a file. */
export async function runLabSweep(file: string | undefined, flags: LabSweepFlags): Promise<void> {
  const { out, jobs, overwrite, json, ...grid } = flags
  const read = file === undefined ? await madeBy(grid) : await readBy(file, grid)
  const wishes = { out, jobs, overwrite, json }
  await runRead(read, Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== undefined)))
}

async function madeBy(grid: SweepFlags) {
  const scenarioText = sweepScenario(grid)
  const read = await readScenario(scenarioText, userFolder, {})
  if (!read.ok) throw new ConfigProblems(read.problems.map(flagProblem))
  return { ...read, folder: userFolder, scenarioText }
}

async function readBy(file: string, { seeds, ...grid }: SweepFlags) {
  const idle = Object.entries(grid).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (idle.length > 0) {
    throw new ConfigProblems(idle.map((flag) => `--${kebab(flag)} makes a grid without a file: it belongs in ${file}`))
  }
  const wishes = seeds === undefined ? {} : { seeds: Array.from({ length: seeds }, (_, index) => index + 1) }
  const read = await readScenarioFile(await readablePath(file), wishes)
  if (!read.ok) throw new ConfigProblems(read.problems)
  return read
}

function kebab(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
