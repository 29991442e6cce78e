import { expect, test } from 'vitest'
import { RunSeries, type DrawnRun } from './run-series.ts'
import { seriesKinds, type SeriesName } from './series-columns.ts'
import { readSeries, writeSeries, type SeriesSnapshot } from './series-snapshot.ts'

const down = { lane: 'tcp', direction: 'down', flow: 1, packet: 1, traffic: 'tcp', sizeBytes: 1500 } as const
const HOUR_MS = 3_600_000

/** An hour of both viewers and the link, with all that a snapshot has to keep: states without a limit, means, zeros. */
function longRun(): RunSeries {
  const series = new RunSeries(40)
  for (const of of ['hls', 'udp', 'link'] as const)
    series.add({ kind: 'clock', of, atMs: 0, unixMs: 1_800_000_000_000 })
  series.add({ kind: 'play-asked', side: 'hls', atMs: 5 })
  series.add({ kind: 'rate-set', lane: 'tcp', direction: 'down', atMs: 7 }) // no limit
  for (let atMs = 0; atMs <= HOUR_MS; atMs += 700) {
    series.add({ kind: 'packet-delivered', ...down, atMs, queueingDelayMs: atMs % 13 })
    series.add({ kind: 'frame-shown', side: 'udp', atMs, state: atMs % 3 === 0 ? 'damaged' : 'intact', ptsTicks: atMs })
    series.add({ kind: 'playhead', side: 'hls', atMs, positionSeconds: atMs < 2000 ? 1 : atMs / 1000 })
    if (atMs % 5 === 0) series.add({ kind: 'packet-dropped', ...down, atMs, cause: 'loss' })
  }
  series.add({ kind: 'packets-given-up', side: 'udp', atMs: HOUR_MS, packets: 0 })
  series.add({ kind: 'play-asked', side: 'hls', atMs: HOUR_MS, fromSeconds: 3 })
  return series
}

const throughJson = (snapshot: SeriesSnapshot) => JSON.parse(JSON.stringify(snapshot)) as SeriesSnapshot

function drawn({ bins, moments, originMs, bands }: DrawnRun, fromMs: number, minWidthMs: number) {
  const view = bins.view(fromMs, Infinity, minWidthMs)
  const names = Object.keys(seriesKinds) as SeriesName[]
  const columns = names.map((name) => [name, bins.read(name, view, []), bins.total(name, Infinity)])
  const places = view.bins.map(({ startMs, widthMs }) => [startMs, widthMs])
  const { marks, lostPackets, faultyFrames } = moments
  return { columns, places, newestMs: bins.newestMs, originMs, bands, marks, lostPackets, faultyFrames }
}

test('a run that was written down is drawn as it was: every column in every bin, and every moment', () => {
  const run = longRun()
  const read = readSeries(throughJson(writeSeries(run)))
  expect(drawn(read, -Infinity, 0)).toEqual(drawn(run, -Infinity, 0))
  expect(drawn(read, 1_800_000_000_000 + HOUR_MS / 2, 10_000)).toEqual(
    drawn(run, 1_800_000_000_000 + HOUR_MS / 2, 10_000),
  )
})

test('a run of which nothing was told is drawn as nothing', () => {
  const read = readSeries(throughJson(writeSeries(new RunSeries(40))))
  expect([read.bins.newestMs, read.bands, read.moments.marks]).toEqual([-Infinity, [], []])
})
