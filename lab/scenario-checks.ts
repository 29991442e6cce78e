import { isObject } from '../link/merge-patch.ts'
import { readLinkProfile } from '../link/profile.ts'
import type { NamedSide } from '../simulation/experiment.ts'
import { plannedRuns, plannedRunCount } from '../simulation/planned-runs.ts'
import type { AxisName, GridAxis, PlannedRun, Scenario } from '../simulation/scenario.ts'
import { readLabBudget } from '../simulation/lab-budget.ts'
import { nearestNames } from '../simulation/nearest-names.ts'
import { MOST_RUNS } from './scenario-schema.ts'

const MOST_SIDES = 12
const MOST_BUDGETS = 100
const HIGHEST_SEED = 0xffff_ffff

/** What contradicts itself in a scenario whose parts are well formed, each with its path. */
export function scenarioProblems(scenario: Scenario): readonly string[] {
  const { sides, networks, source, grid, seeds } = scenario
  const names = networks.map(({ name }) => name)
  return [
    ...sidesProblems(scenario),
    ...repeated(names).map((index) => `networks.${index} must have a name of its own, got "${names[index]}"`),
    ...(source.kind === 'model' ? variantNames(scenario) : []),
    ...grid.flatMap(({ name, values }) => axisProblems(name, values, sides)),
    ...seedProblems(seeds),
    ...gridProblems(scenario),
    ...sizeProblems(scenario),
  ]
}

/** Of budgets as they are written, whatever else is wrong with the file; `grid`: where that is known. */
export function budgetProblems(value: unknown, grid: readonly GridAxis[] | undefined): readonly string[] {
  const { budgets, sides, networks } = isObject(value) ? value : {}
  if (!Array.isArray(budgets) || !isObject(sides) || !Array.isArray(networks)) return []
  const names = {
    sides: Object.entries(sides).map(([name, spec]) => ({ name, spec: spec as NamedSide['spec'] })),
    networks: networks.map((network) => String(isObject(network) ? network['name'] : network)),
    ...(grid === undefined ? {} : { grid }),
  }
  return budgets.slice(0, MOST_BUDGETS).flatMap((text, index) => {
    const read = typeof text === 'string' ? readLabBudget(text, names) : []
    return 'left' in read ? [] : read.map((problem) => `budgets.${index} is no limit: ${problem}`)
  })
}

function sidesProblems({ sides, source, mode }: Scenario): readonly string[] {
  const count = sides.length
  const known = source.kind === 'model' ? source.variants.map(({ name }) => name) : undefined
  return [
    ...(count === 0 || count > MOST_SIDES ? [`sides must be a map of 1 to ${MOST_SIDES} names, got ${count}`] : []),
    ...sides.flatMap(({ name, spec }) => [
      ...(/^[A-Za-z][\w-]{0,39}$/.test(name)
        ? []
        : [`sides.${name} must be named by a letter and up to 39 letters, digits, dashes`]),
      ...variantProblems(`sides.${name}`, spec, known),
      ...(mode === 'virtual' && (spec as { player?: string }).player !== undefined
        ? [`sides.${name}.player belongs in a live run, got mode "virtual"`]
        : []),
    ]),
    ...(mode === 'live' && source.kind === 'model'
      ? [
          'source.kind must be "sample", "file" or "package" in a live run: a model has no pictures to send, got "model"',
        ]
      : []),
  ]
}

/** `known`: the variants, where the scenario itself tells them. */
function variantProblems(at: string, spec: NamedSide['spec'], known: readonly string[] | undefined): readonly string[] {
  const ladder = spec.kind === 'hls' ? (spec.ladder ?? []) : []
  const named = [
    ...(spec.variant === undefined ? [] : [[`${at}.variant`, spec.variant] as const]),
    ...ladder.map((name, index) => [`${at}.ladder.${index}`, name] as const),
  ]
  const unknown = named.flatMap(([path, name]) => {
    if (known === undefined || known.includes(name)) return []
    return [`${path} must be a variant of the source such as ${nearestNames(name, known).join(', ')}, got "${name}"`]
  })
  if (spec.kind !== 'hls') return unknown
  const isFixed = spec.abr === 'fixed'
  const idle = isFixed && spec.ladder !== undefined ? [`${at}.ladder needs an abr that chooses, got "fixed"`] : []
  const vain = !isFixed && spec.variant !== undefined ? [`${at}.variant needs abr "fixed", got "${spec.abr}"`] : []
  return [...unknown, ...idle, ...vain]
}

function variantNames({ source }: Scenario): readonly string[] {
  const names = source.kind === 'model' ? source.variants.map(({ name }) => name) : []
  return repeated(names).map((index) => `source.variants.${index}.name must be one of its own, got "${names[index]}"`)
}

function axisProblems(name: string, values: readonly number[], sides: readonly NamedSide[]): readonly string[] {
  const at = `grid.${name}`
  const again = repeated(values).map((index) => `${at}.${index} must be a value of its own, got ${values[index]}`)
  const isLogOfNothing = values.some((value) => !Number.isFinite(value))
  const hasUse =
    (name !== 'jitterBufferMs' || sides.some(({ spec }) => spec.kind === 'udp' || spec.kind === 'rtp-over-tcp')) &&
    (name !== 'segmentSeconds' || sides.some(({ spec }) => spec.kind === 'hls'))
  return [
    ...(isLogOfNothing ? [`${at} must begin and end above 0 on a log scale`] : again),
    ...(hasUse ? [] : [`${at} needs a side that has one: there is none`]),
  ]
}

function seedProblems(seeds: readonly number[]): readonly string[] {
  const last = seeds.at(-1) ?? 0
  return [
    ...repeated(seeds).map((index) => `seeds.${index} must be a seed of its own, got ${seeds[index]}`),
    ...(last > HIGHEST_SEED ? [`seeds must end at ${HIGHEST_SEED}, got ${last}`] : []),
  ]
}

/** The places of values that stand before them, too. */
function repeated(values: readonly unknown[]): readonly number[] {
  const firstOf = new Map(values.toReversed().map((value, index) => [value, values.length - 1 - index]))
  return values.flatMap((value, index) => (firstOf.get(value) === index ? [] : [index]))
}

const OF_LINK: readonly AxisName[] = ['lossRatio', 'rateBitsPerSecond', 'oneWayDelayMs', 'meanBurstMs']

/** Every network must stand the values of the grid. What contradicts, does so at the ends of the axes; one cell is told. */
function gridProblems(scenario: Scenario): readonly string[] {
  const axes = scenario.grid.filter(({ name }) => OF_LINK.includes(name))
  if (axes.some(({ values }) => values.some((value) => !Number.isFinite(value)))) return []
  const ends = axes.map(({ name, values }) => ({ name, values: endsOf(values) }))
  const problems = plannedRuns({ ...scenario, grid: ends, seeds: [1] }).flatMap((run) => cellProblems(run, scenario))
  const firstAt = new Map(problems.toReversed().map((problem) => [problem.slice(0, problem.indexOf(' ')), problem]))
  return [...firstAt.values()].toReversed()
}

function endsOf(values: readonly number[]): readonly number[] {
  const [least, most] = [Math.min, Math.max].map((end) => values.reduce((a, b) => end(a, b)))
  return [...new Set([least as number, most as number])]
}

function cellProblems({ profile, network, axes }: PlannedRun, { networks }: Scenario): readonly string[] {
  const { trace, ...downlink } = profile.downlink // a trace was read before, and is long
  const checked = { ...profile, downlink: { ...downlink, ...(trace === undefined ? {} : { trace: [[1000, 1]] }) } }
  const read = readLinkProfile(checked, `networks.${networks.findIndex(({ name }) => name === network)}`)
  const cell = Object.entries(axes).map(([name, value]) => `${name} ${value}`)
  return read.ok ? [] : read.problems.map((problem) => `${problem}, in the cell ${cell.join(', ')}`)
}

function sizeProblems(scenario: Scenario): readonly string[] {
  const { mode } = scenario
  const runs = plannedRunCount(scenario)
  if (runs <= MOST_RUNS[mode]) return []
  return [
    `networks × cells of the grid × seeds${mode === 'live' ? ' × repetitions' : ''} must be at most ${MOST_RUNS[mode]} ${mode} runs, got ${runs}`,
  ]
}
