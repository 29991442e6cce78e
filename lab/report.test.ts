import { expect, test } from 'vitest'
import type { LabResults } from '../simulation/lab-results.ts'
import { modelVideo } from '../simulation/model-video.ts'
import type { RunTimeline } from '../simulation/run-timeline.ts'
import type { Scenario } from '../simulation/scenario.ts'
import { quantile } from '../simulation/spread.ts'
import type { MeasureKey } from '../stream/measure-table.ts'
import { labReport } from './report.ts'
import { timelinesOf } from './run-timelines.ts'
import { lossyLine, runInVirtualTime, smallScenario } from './test-support/lab-run.ts'

type Data = {
  readonly charts: readonly { readonly chart: string; readonly measure: string; readonly [key: string]: unknown }[]
}

/** What the report says that it plots. */
function dataOf(html: string): Data {
  const [, json] = /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html) ?? []
  return JSON.parse(json ?? '') as Data
}

/** The readable text, a space between elements. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(script|style).*?<\/\1>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0\u202f]+/g, ' ')
}

const blocked = { name: 'blocked', profile: { ...lossyLine, udpBlocked: true } }
const networks = runInVirtualTime({ ...smallScenario, networks: [...smallScenario.networks, blocked] })
const grid: Scenario['grid'] = [
  { name: 'lossRatio', values: [0, 0.03] },
  { name: 'rateBitsPerSecond', values: [2_000_000, 4_000_000] },
]
const swept = runInVirtualTime({ ...smallScenario, grid })

/** Values of one side and measure in the order of the runs. */
function values(
  { runs }: LabResults,
  side: string,
  key: MeasureKey,
  isIn: (run: LabResults['runs'][number]) => boolean,
) {
  return runs
    .filter(isIn)
    .flatMap(({ sides }) => sides.filter(({ name }) => name === side).map(({ measures }) => measures[key] ?? NaN))
}

test('labReport needs nothing from elsewhere and runs no script', () => {
  const html = labReport(networks)
  expect(
    html.match(/<script(?! type="application\/json")|<link(?! rel="icon" href="data:,")|<img|@import|url\(http/g),
  ).toBeNull()
  expect(html.match(/ (src|href|xlink:href)="[^"]*"/g)).toEqual([' href="data:,"'])
})

test('labReport plots the quartiles of the very values in the results', () => {
  const plot = dataOf(labReport(networks)).charts.find(
    ({ chart, measure }) => chart === 'box-plot' && measure === 'startupMs',
  )
  const sorted = values(networks, 'hls', 'startupMs', ({ network }) => network === 'lossy').toSorted((a, b) => a - b)
  expect(plot?.['boxes']).toContainEqual({
    network: 'lossy',
    axes: {},
    side: 'hls',
    spread: expect.objectContaining({
      n: 5,
      least: sorted[0],
      lowerQuartile: sorted[1],
      median: sorted[2],
      upperQuartile: sorted[3],
      most: sorted[4],
      p95: quantile(sorted, 0.95),
    }),
  })
})

test('labReport maps the mean of the differences under the same seed', () => {
  const map = dataOf(labReport(swept)).charts.find(
    ({ chart, measure }) => chart === 'heat-map' && measure === 'startupMs',
  )
  const cells = (map?.['cells'] ?? []) as { axes: Record<string, number>; difference: number; winner: string }[]
  for (const cell of cells) {
    const isHere = ({ axes }: LabResults['runs'][number]) =>
      axes.lossRatio === cell.axes['lossRatio'] && axes.rateBitsPerSecond === cell.axes['rateBitsPerSecond']
    const hls = values(swept, 'hls', 'startupMs', isHere)
    const udp = values(swept, 'udp', 'startupMs', isHere)
    const differences = hls.map((value, index) => value - (udp[index] ?? NaN))
    expect(cell.difference).toBeCloseTo(differences.reduce((sum, value) => sum + value, 0) / 5, 9)
    expect(cell.winner).toBe('second') // UDP starts earlier
  }
  expect(cells).toHaveLength(4)
})

test('labReport says who starts earlier and by how much, with the interval and the seeds', () => {
  const said = textOf(labReport(networks))
  expect(said).toContain('udp never began to play on blocked.')
  expect(said).toContain(
    'Startup: udp starts 1 517 ms earlier than hls (1 466 to 1 569 ms with 95 % confidence, 5 seeds).',
  )
  expect(said).toContain('udp began to play under 0 of 5 seeds, hls under 5.')
})

test('labReport claims nothing of four seeds', () => {
  const said = textOf(labReport(runInVirtualTime({ ...smallScenario, seeds: [1, 2, 3, 4] })))
  expect(said).toContain('Too few seeds: at least 5 are needed before a difference is claimed.')
  expect(said).toContain('That is no claim: 4 seeds, at least 5 are needed.')
  expect(said).not.toContain('with 95 % confidence')
  expect(said).toContain('uncertain: 4 seeds, at least 5 are needed')
})

test('labReport tells budgets with the verdict and the worst run, and live figures where they are given', () => {
  const said = textOf(
    labReport(networks, {
      judged: [
        { text: 'stallRatio < 0.01', isKept: false, value: '0.33', worst: { network: 'lossy', axes: {}, seed: 3 } },
        { text: 'startupMs p95 < 9000', isKept: true },
      ],
      live: [
        {
          network: 'lossy',
          axes: { lossRatio: 0.01 },
          seed: 7,
          checks: [
            { side: 'hls', what: 'startup', unit: 'ms', virtual: 400, live: 430, allowed: 100, holds: true },
            { side: 'udp', what: 'lost', unit: 'packets', virtual: 12, live: 13, allowed: 0, holds: false },
          ],
        },
        { network: 'fine', axes: {}, seed: 8, checks: [], restless: 'the link was late' },
      ],
    }),
  )
  expect(said).toContain('stallRatio &lt; 0.01 ✗ broken 0.33 lossy, seed 3')
  expect(said).toContain('startupMs p95 &lt; 9000 ✓ kept')
  expect(said).toContain(
    '1 of these runs were made over live sockets, too, under the same seed: 1 of 2 figures are within the bounds of weir lab validate live. 1 more do not count',
  )
  expect(said).toContain('lossy, lossRatio 0.01 7 hls startup 400 ms 430 ms 100 ms yes')
  expect(said).toContain('lossy, lossRatio 0.01 7 udp lost 12 13 0 no')
})

test('labReport shows the first run of each network over time, as long still as it was measured', () => {
  const { scenario } = networks
  if (scenario.source.kind !== 'model') throw new Error('a modelled source')
  const html = labReport(networks, { timelines: timelinesOf(scenario, modelVideo(scenario.source)) })
  const timelines = dataOf(html).charts.filter(({ chart }) => chart === 'timeline') as unknown as RunTimeline[]
  expect(timelines.map(({ network, seed }) => [network, seed])).toEqual([
    ['lossy', 1],
    ['blocked', 1],
  ])
  const stillMs = timelines[0]?.sides.map(({ still }) =>
    still.reduce((sum, { fromSeconds, toSeconds }) => sum + (toSeconds - fromSeconds) * 1000, 0),
  )
  const measured = networks.runs[0]?.sides.map(({ measures }) => measures.freezeMs ?? NaN) ?? []
  measured.forEach((freezeMs, index) => expect(stillMs?.[index]).toBeCloseTo(freezeMs, 3))
  expect(textOf(html)).toContain('lossy, seed 1')
})

test('labReport takes names for text, whatever they hold', () => {
  const evil = '</script><b onclick="x()">&'
  const [hls, udp] = smallScenario.sides
  if (hls === undefined || udp === undefined) throw new Error('two sides')
  const html = labReport(
    runInVirtualTime({
      ...smallScenario,
      name: evil,
      description: evil,
      sides: [{ ...hls, name: evil }, udp],
      networks: [{ name: evil, profile: lossyLine }],
    }),
  )
  expect(html).not.toContain('<b ')
  expect(html.match(/<\/script>/g)).toHaveLength(1)
  expect(dataOf(html).charts.length).toBeGreaterThan(0)
})

test('labReport of no runs says so', () => {
  expect(textOf(labReport({ ...networks, runs: [] }))).toContain('No run was made.')
})
