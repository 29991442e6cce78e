import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ladderVideo,
  RULES,
  tracedLine,
  viewingOf,
  watchByRules,
  type AbrFigures,
  type LadderName,
  type Rule,
  type WanderingLine,
} from '../lab/finding-bola.ts'
import { sharedFolder } from '../lab/test-support/shared-files.ts'
import { linkPresets } from '../link/presets.ts'
import { meanInterval, meanOf, type Interval } from '../simulation/spread.ts'
import type { Report } from './benchmark.ts'

const VIEWINGS = 6

const FILES: readonly (readonly [name: string, file: string, ladder: LadderName])[] = [
  ['3G, Norway', 'sabre-norway-hsdpa-2010-09-13_1003.json', 'hd'],
  ['4G, Belgium', 'sabre-belgium-4g-bus_0002.json', '4k'],
  ['cable, FCC', 'sabre-fcc-hd-trace0000.json', '4k'],
  ['LTE, AT&T', 'mahimahi-ATT-LTE-driving-2016.down', 'hd'],
  ['LTE, Verizon', 'mahimahi-Verizon-LTE-short.down', 'hd'],
  ['EV-DO, Verizon', 'mahimahi-Verizon-EVDO-driving.down', 'hd'],
]
const TWITCH = 'twitch-mmsys2020-profiles.json'

/** Those of other people's traces that are here. */
function tracedLines(): WanderingLine[] {
  const folder = join(sharedFolder, 'traces')
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const files = FILES.filter(([, file]) => existsSync(join(folder, file)))
  if (files.length < FILES.length) console.log(`without the traces of ${folder} less is compared`)
  const twitch = existsSync(join(folder, TWITCH)) ? (JSON.parse(read(TWITCH)) as Record<string, unknown>) : {}
  return [
    ...files.map(([name, file, ladder]) => tracedLine(name, read(file), ladder)),
    ...Object.entries(twitch)
      .filter(([, trace]) => Array.isArray(trace))
      .map(([name, trace]) => tracedLine(`Twitch, ${name.replaceAll('_', ' ')}`, JSON.stringify(trace), 'hd')),
  ]
}

/** A line that does not wander at all, and presets that do so by chance: each viewing has a seed of its own. */
function generatedLines(): WanderingLine[] {
  const oneWayDelayMs = 25
  const downlink = { rateBitsPerSecond: 2_000_000, oneWayDelayMs }
  const steady = {
    name: 'steady 2 Mbit/s',
    profile: { seed: 1, downlink, uplink: { oneWayDelayMs } },
    ladder: 'hd',
  } as const
  const presets = linkPresets.flatMap(({ name, profile }) =>
    profile.downlink.generator?.kind !== 'markov' ? [] : [{ name: `preset ${name}`, profile, ladder: 'hd' as const }],
  )
  return [steady, ...presets]
}

type Watched = { readonly line: WanderingLine; readonly viewings: readonly Readonly<Record<Rule, AbrFigures>>[] }

function watchAll(lines: readonly WanderingLine[]): Watched[] {
  const videos = { hd: ladderVideo('hd'), '4k': ladderVideo('4k') }
  return lines.map((line) => ({
    line,
    viewings: Array.from({ length: VIEWINGS }, (_, viewing) =>
      watchByRules(viewingOf(line, viewing, VIEWINGS), videos[line.ladder]),
    ),
  }))
}

type Column = { readonly figure: keyof AbrFigures; readonly head: string; readonly text: (value: number) => string }

const COLUMNS: readonly Column[] = [
  { figure: 'playedBitsPerSecond', head: 'bitrate, kbit/s', text: (value) => (value / 1000).toFixed(0) },
  { figure: 'rebufferRatio', head: 'rebuffered, %', text: (value) => (100 * value).toFixed(2) },
  { figure: 'switchesPerMinute', head: 'switches a minute', text: (value) => value.toFixed(1) },
  { figure: 'switchedBitsPerSecond', head: 'change a segment, kbit/s', text: (value) => (value / 1000).toFixed(0) },
  { figure: 'startupSeconds', head: 'startup, s', text: (value) => value.toFixed(1) },
  { figure: 'objective', head: "BOLA's objective", text: (value) => value.toFixed(2) },
]

function ruleRows({ line, viewings }: Watched): string[][] {
  return RULES.map((rule) => [
    line.name,
    rule,
    ...COLUMNS.map(({ figure, text }) => text(meanOf(viewings.map((viewing) => viewing[rule][figure])))),
  ])
}

const differencesOf = ({ viewings }: Watched, figure: keyof AbrFigures): number[] =>
  viewings.map(({ bola, throughput }) => bola[figure] - throughput[figure])

function differenceRow(watched: Watched): string[] {
  const cells = COLUMNS.map(({ figure, text }) => {
    const differences = differencesOf(watched, figure)
    return cellOf(meanOf(differences), meanInterval(differences), text)
  })
  return [watched.line.name, ...cells]
}

/** Over the lines, each of which counts once; the bitrate as how many times the throughput rule's, for lines of 0.5 and of
 *  30 Mbit/s have no mean. */
function overallRow(all: readonly Watched[]): string[] {
  const cells = COLUMNS.map(({ figure, text }) => {
    const isBitrate = figure === 'playedBitsPerSecond'
    const values = all.map((watched) => (isBitrate ? timesOf(watched) : meanOf(differencesOf(watched, figure))))
    return cellOf(meanOf(values), meanInterval(values), isBitrate ? (value) => `${value.toFixed(2)} ×` : text)
  })
  return [`all ${all.length} lines`, ...cells]
}

function timesOf({ viewings }: Watched): number {
  const mean = (rule: Rule): number => meanOf(viewings.map((viewing) => viewing[rule].playedBitsPerSecond))
  return mean('bola') / mean('throughput')
}

function cellOf(mean: number, interval: Interval | undefined, text: (value: number) => string): string {
  return interval === undefined ? text(mean) : `${text(mean)} (${text(interval.low)} to ${text(interval.high)})`
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n')
}

function verdict(all: readonly Watched[]): { readonly text: string; readonly holds: boolean } {
  const higher = (figure: keyof AbrFigures): number =>
    all.filter((watched) => meanOf(differencesOf(watched, figure)) > 0).length
  const [bitrate, objective] = [higher('playedBitsPerSecond'), higher('objective')]
  const holds = bitrate === all.length && 2 * objective > all.length
  const word = holds ? 'met' : 'NOT MET'
  const text = `Bound: BOLA shows a higher mean bitrate than the throughput rule on every line (${bitrate} of ${all.length}), and reaches more of its objective on most (${objective}): ${word}.`
  return { text: `${text}\n`, holds }
}

/** All in virtual time, from fixed seeds: the same figures each time. */
function report() {
  const all = watchAll([...tracedLines(), ...generatedLines()])
  const heads = COLUMNS.map(({ head }) => head)
  const { text, holds } = verdict(all)
  const differences = [...all.map(differenceRow), overallRow(all)]
  return {
    text: [
      table(
        `Three rules on each line: the means of ${VIEWINGS} viewings of 10 minutes`,
        ['line', 'rule', ...heads],
        all.flatMap(ruleRows),
      ),
      table(
        'BOLA less the throughput rule, in the same viewings: mean and 95 % interval',
        ['line', ...heads],
        differences,
      ),
      text,
    ].join('\n'),
    holds,
  }
}

export default { report } satisfies Report
