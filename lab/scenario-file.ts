import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { problemsOf } from '../link/schema-words.ts'
import type { NamedNetwork, Scenario } from '../simulation/scenario.ts'
import { budgetProblems, scenarioProblems } from './scenario-checks.ts'
import { axesOf, seedsOf } from './scenario-grid.ts'
import { readNetwork, type ReadText } from './scenario-networks.ts'
import { scenarioSchema, type WrittenScenario } from './scenario-schema.ts'
import { readYaml } from './yaml-lines.ts'

export type ScenarioRead =
  | { readonly ok: true; readonly scenario: Scenario; readonly folder: string } // its paths are relative to the folder
  | { readonly ok: false; readonly problems: readonly string[] }

/** What a command line says in the place of the file. */
export type ScenarioWishes = { readonly mode?: Scenario['mode']; readonly seeds?: readonly number[] }

const ROOT = 'scenario' // what problems call the whole file
const MOST_BYTES = { scenario: 1_000_000, trace: 8_000_000 } as const

/** Reads a scenario file and the traces that it names. All problems at once, each with its line, its path, what was expected
 *  and what came: `lte.yaml:12: sides.udp.jitterBufferMs must be a number from 0 to 10000, got "1s"`. */
export async function readScenarioFile(path: string, wishes: ScenarioWishes = {}): Promise<ScenarioRead> {
  const name = basename(path)
  const file = await readTextFile(path, MOST_BYTES.scenario)
  if ('problem' in file) return { ok: false, problems: [`${name} ${file.problem}`] }
  const folder = dirname(path)
  const read = await readScenario(file.text, folder, wishes)
  return read.ok ? { ...read, folder } : { ok: false, problems: read.problems.map((problem) => `${name}:${problem}`) }
}

type TextRead =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly string[] } // each begins with its line

/** The text of a scenario file, whose paths are relative to `folder`. */
export async function readScenario(text: string, folder: string, wishes: ScenarioWishes): Promise<TextRead> {
  const yaml = readYaml(text)
  if (!yaml.ok) return { ok: false, problems: yaml.problems.map((problem) => ` ${problem}`) }
  const readText: ReadText = (trace) => readTextFile(resolve(folder, trace), MOST_BYTES.trace)
  const written = scenarioSchema.safeParse(yaml.value)
  const networks = await readNetworks(yaml.value, readText)
  const malformed = [
    ...(written.success
      ? []
      : problemsOf(written.error, yaml.value, ROOT).map((problem) => problem.replace(`${ROOT}.`, ''))),
    ...networks.problems,
  ]
  const isWhole = written.success && malformed.length === 0
  const scenario = isWhole ? { ...scenarioOf(written.data, networks.networks), ...wishes } : undefined
  const problems = [
    ...malformed,
    ...(scenario === undefined ? [] : scenarioProblems(scenario)),
    ...(written.success ? await sourceProblems(written.data.source, folder) : []),
    ...budgetProblems(yaml.value, scenario?.grid),
  ]
  if (scenario !== undefined && problems.length === 0) return { ok: true, scenario }
  const lineOf = (problem: string) => yaml.lineOf(problem.slice(0, problem.indexOf(' ')).split('.'))
  return { ok: false, problems: problems.map((problem) => `${lineOf(problem)}: ${problem}`) }
}

async function readNetworks(value: unknown, readText: ReadText) {
  const written = (value as { readonly networks?: unknown } | null)?.networks
  const list = Array.isArray(written) ? written.slice(0, 100) : []
  const read = await Promise.all(list.map((network, index) => readNetwork(network, `networks.${index}`, readText)))
  return {
    networks: read.filter((network): network is NamedNetwork => 'profile' in network),
    problems: read.flatMap((network) => ('profile' in network ? [] : network)),
  }
}

function scenarioOf(written: WrittenScenario, networks: readonly NamedNetwork[]): Scenario {
  const { name, description, mode, source, durationSeconds, sides, grid, seeds, repetitions, budgets } = written
  return {
    name,
    ...(description === undefined ? {} : { description }),
    mode,
    source: source.kind === 'model' ? { ...source, seconds: source.seconds ?? durationSeconds } : source,
    durationSeconds,
    sides: Object.entries(sides).map(([side, spec]) => ({ name: side, spec })),
    networks,
    grid: axesOf(grid),
    seeds: seedsOf(seeds),
    ...(repetitions === 1 ? {} : { repetitions }),
    budgets,
  }
}

async function readTextFile(path: string, mostBytes: number): ReturnType<ReadText> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || !found.isFile()) return { problem: `must be a file that can be read, got ${path}` }
  if (found.size > mostBytes) return { problem: `must have at most ${mostBytes} bytes, got ${found.size}` }
  return readFile(path, 'utf8').then(
    (text) => ({ text }),
    () => ({ problem: `must be a file that can be read, got ${path}` }),
  )
}

async function sourceProblems(source: WrittenScenario['source'], folder: string): Promise<readonly string[]> {
  if (source.kind === 'model' || source.kind === 'sample') return []
  const path = resolve(folder, source.path)
  const found = await stat(path).catch(() => undefined)
  if (source.kind === 'file') return found?.isFile() === true ? [] : [`source.path must be a video file, got ${path}`]
  const master = await stat(resolve(path, 'master.m3u8')).catch(() => undefined)
  return master?.isFile() === true ? [] : [`source.path must be a folder that weir segment made, got ${path}`]
}
