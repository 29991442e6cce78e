import { linkPresets, type LinkPreset } from '../link/presets.ts'
import type { DirectionProfile, LossProfile, RateGenerator } from '../link/profile.ts'
import { readTrace } from '../link/traces.ts'
import { ConfigProblems } from './config.ts'

/** What `weir networks` prints: a line a preset and direction, then where the numbers come from. */
export function networkLines(presets: readonly LinkPreset[] = linkPresets): string[] {
  const rows = presets.flatMap(({ name, title, profile: { downlink, uplink = {}, udpBlocked } }) => [
    [name, 'down', ...directionCells(downlink, udpBlocked), title],
    ['', 'up', ...directionCells(uplink, udpBlocked)],
  ])
  const head = ['preset', '', 'rate', 'delay', 'jitter', 'queue', 'loss', 'what']
  const sources = presets.map(({ name, source }) => `  ${name}: ${source}`)
  return [...alignedLines([head, ...rows]), '', 'Sources', ...sources]
}

/** What `weir networks --import` prints: the profile of a trace file, as `POST /api/links` takes it. Throws ConfigProblems. */
export function importedNetwork(path: string, text: string): string {
  const read = readTrace(text)
  if (!read.ok) throw new ConfigProblems(read.problems.map((problem) => `${path}: ${problem}`))
  return JSON.stringify({ profile: read.profile })
}

function directionCells(direction: DirectionProfile, udpBlocked = false): string[] {
  const { oneWayDelayMs = 0, jitterMs = 0, loss } = direction
  const lossWords = [...(udpBlocked ? ['all UDP'] : []), ...(loss === undefined ? [] : [lossCell(loss)])]
  return [
    rateCell(direction),
    milliseconds(oneWayDelayMs),
    milliseconds(jitterMs),
    queueCell(direction),
    lossWords.join(', '),
  ]
}

function rateCell({ rateBitsPerSecond, trace, generator }: DirectionProfile): string {
  if (generator !== undefined) return generatorCell(generator)
  if (trace !== undefined) return 'trace'
  return rateBitsPerSecond === undefined ? 'unlimited' : megabits(rateBitsPerSecond)
}

function generatorCell(generator: RateGenerator): string {
  switch (generator.kind) {
    case 'steps':
      return `${rangeOf(generator.ratesBitsPerSecond)}, a step every ${generator.stepSeconds} s`
    case 'spike':
      return rangeOf([generator.rateBitsPerSecond, generator.spikeRateBitsPerSecond])
    case 'sawtooth':
      return rangeOf([generator.lowestRateBitsPerSecond, generator.highestRateBitsPerSecond])
    case 'markov':
      return `${rangeOf(generator.ratesBitsPerSecond ?? [500_000, 12_000_000])}, outages`
  }
}

function rangeOf(rates: readonly number[]): string {
  return `${Math.min(...rates) / 1e6} to ${megabits(Math.max(...rates))}`
}

function queueCell({ rateBitsPerSecond, trace, generator, queueMs, queueBytes }: DirectionProfile): string {
  if (queueBytes !== undefined) return `${queueBytes / 1000} kB`
  const isLimited = (rateBitsPerSecond ?? trace ?? generator) !== undefined
  return isLimited ? `${queueMs ?? 200} ms` : ''
}

function lossCell(loss: LossProfile): string {
  const share = `${Number((loss.lossRatio * 100).toPrecision(6))} %`
  switch (loss.kind) {
    case 'random':
      return `${share} at random`
    case 'gilbert-elliott':
      return `${share} in bursts of ${loss.meanBurstPackets} packets`
    case 'bad-moments':
      return `${share} in moments of ${loss.meanBurstMs} ms`
  }
}

function milliseconds(ms: number): string {
  return ms === 0 ? '' : `${ms} ms`
}

function megabits(bitsPerSecond: number): string {
  return `${bitsPerSecond / 1e6} Mbit/s`
}

function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
