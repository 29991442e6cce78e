import type { Scenario } from '../simulation/scenario.ts'
import { MEASURES } from '../stream/measure-table.ts'
import { csvRow } from '../stream/results-csv.ts'
import type { FrontierPoint } from './frontier.ts'
import { axisNumber, showCell, showPlace } from './report/wording.ts'

const MOST_LINES = 12

/** `Startup: hls is better up to loss 0.43 %, udp beyond it (line, rate 4 Mbit/s; told apart at 0.2 and 0.5)`; of many the
 *  first ones. */
export function frontierLines(points: readonly FrontierPoint[]): readonly string[] {
  const lines = points.slice(0, MOST_LINES).map(frontierLine)
  const more = points.length - lines.length
  return more > 0 ? [...lines, `… and ${more} more places where sides change, see frontier.csv`] : lines
}

function frontierLine({ measure, network, others, axis, at, between, ahead }: FrontierPoint): string {
  const { low, high } = between
  const place = at === undefined ? `somewhere after ${showCell({ [axis]: low })}` : showCell({ [axis]: at })
  const told = `told apart at ${axisNumber(axis, low)} and ${axisNumber(axis, high)}`
  const where = showPlace(network, others)
  return `${MEASURES[measure].label}: ${ahead.below} is better up to ${place}, ${ahead.above} beyond it (${where}; ${told})`
}

/** `frontier.csv`, RFC 4180: a row for each place, in the units of the scenario file. */
export function frontierCsv({ grid }: Scenario, points: readonly FrontierPoint[]): string {
  const axes = grid.map(({ name }) => name)
  const head = ['measure', 'hls', 'rtp', 'network', 'axis', 'at', 'low', 'high', 'betterBelow', 'betterAbove', ...axes]
  const rows = points.map(({ measure, sides, network, axis, at, between, ahead, others }) => [
    measure,
    ...sides,
    network,
    axis,
    String(at ?? ''),
    String(between.low),
    String(between.high),
    ahead.below,
    ahead.above,
    ...axes.map((name) => String(others[name] ?? '')),
  ])
  return [head, ...rows].map(csvRow).join('')
}
