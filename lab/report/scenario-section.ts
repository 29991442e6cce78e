import type { SideSpec } from '../../simulation/experiment.ts'
import type { LabResults } from '../../simulation/lab-results.ts'
import type { Scenario, ScenarioSource } from '../../simulation/scenario.ts'
import { element, text, type Markup } from '../svg/markup.ts'
import { facts, fold, section, sideName, table, type DrawnSide } from './page-parts.ts'
import { axisLabel, axisNumber, counted, listed } from './wording.ts'

/** Of what this is the report: enough to run it again. */
export function scenarioSection({ scenario, runs, made, weir }: LabResults, sides: readonly DrawnSide[]): Markup {
  return section(
    'The scenario',
    facts([
      ['Source', sourceSaid(scenario.source)],
      ['Duration', `${scenario.durationSeconds}\u00a0s from the wish to play on`],
      [
        'Networks',
        listed(
          scenario.networks.map(({ name }) => name),
          20,
        ),
      ],
      ...scenario.grid.map(({ name, values }) => {
        const shown = values.map((value) => axisNumber(name, value))
        return [axisLabel(name), listed(shown, 40)] as const
      }),
      ['Seeds', seedsSaid(scenario.seeds)],
      [
        'Runs',
        `${counted(runs.length, 'run')}, ${scenario.mode === 'virtual' ? 'in virtual time' : 'over live sockets'}`,
      ],
      ['Weir', weir],
      ['Made', `${moment(made.atUnixMs)} in ${made.seconds.toFixed(1)}\u00a0s, Node ${made.node.replace(/^v/, '')}`],
    ]),
    sidesTable(scenario, sides),
    fold('The scenario as it was read', element('pre', { tabindex: 0 }, text(scenarioText(scenario)))),
  )
}

function sourceSaid(source: ScenarioSource): string {
  if (source.kind === 'sample') return `Weir’s own clip of ${source.seconds}\u00a0s`
  if (source.kind !== 'model') return `${source.kind} ${source.path}`
  const variants = source.variants.map(
    ({ name, bitsPerSecond, framesPerSecond }) =>
      `${name} (${Number((bitsPerSecond / 1_000_000).toFixed(2))}\u00a0Mbit/s, ${framesPerSecond} frames a second)`,
  )
  return `a modelled video of ${source.seconds}\u00a0s: ${listed(variants, 12)}`
}

/** A row of consecutive seeds is told by its ends. */
function seedsSaid(seeds: readonly number[]): string {
  const [first = 0] = seeds
  const last = seeds.at(-1) ?? first
  const isRow = seeds.length > 2 && seeds.every((seed, index) => seed === first + index)
  return isRow ? `${first} to ${last}` : listed(seeds.map(String), 40)
}

function sidesTable({ sides: specs }: Scenario, sides: readonly DrawnSide[]): Markup {
  const rows = specs.flatMap(({ name, spec }) => {
    const side = sides.find((drawn) => drawn.name === name)
    return [[side === undefined ? name : { markup: sideName(side) }, kindWords[spec.kind], settingsOf(spec)]]
  })
  return table({ caption: 'The sides', head: ['Side', 'Way', 'Settings'], rows, isText: true })
}

const kindWords: Readonly<Record<SideSpec['kind'], string>> = {
  hls: 'HLS over TCP',
  'll-hls': 'Low-Latency HLS over TCP',
  udp: 'RTP over UDP',
  'rtp-over-tcp': 'RTP over TCP (interleaved)',
}

function settingsOf({ kind: _kind, ...settings }: SideSpec): string {
  const told = Object.entries(settings).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  )
  return told.length === 0 ? 'as usual' : told.join('; ')
}

function moment(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const LONGEST_LIST = 200

/** JSON with short lists: a trace may have a million entries. */
function scenarioText(scenario: Scenario): string {
  const shorten = (_key: string, value: unknown): unknown =>
    Array.isArray(value) && value.length > LONGEST_LIST
      ? [...(value as unknown[]).slice(0, LONGEST_LIST), `… ${value.length - LONGEST_LIST} more`]
      : value
  return JSON.stringify(scenario, shorten, 2)
}
