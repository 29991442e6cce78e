import { expect, test } from 'vitest'
import { RunSeries } from '../stream/run-series.ts'
import { clocksAt } from '../simulation/test-support/clocked-run.ts'
import { PlotData } from './chart-data.ts'
import { plots } from './chart-figures.ts'

const BEGUN_MS = 1_764_450_000_000.3 // civil time, of a page's clock
const LAG_MS = 500

test('PlotData finds a bin for the newest moment that is drawn, however the run’s begin and that moment round', () => {
  const series = new RunSeries(40)
  for (const event of clocksAt(0)) series.add(event)
  series.add({ kind: 'play-asked', side: 'hls', atMs: BEGUN_MS, fromSeconds: 0 })
  const data = new PlotData(plots[1]!, series)
  const missed: number[] = []
  for (let toldMs = 1000; toldMs <= 60_000; toldMs += 100) {
    series.add({ kind: 'buffer', side: 'hls', atMs: BEGUN_MS + toldMs, bufferSeconds: toldMs / 1000 })
    if (toldMs < 2000) continue
    const newestSeconds = (series.bins.newestMs - LAG_MS - series.originMs) / 1000
    data.read({ fromSeconds: 0, toSeconds: 60 }, newestSeconds, 600)
    const place = data.placeAt(newestSeconds)
    const isNewest = place === data.startsSeconds.length - 1
    if (place === undefined || !isNewest || data.columns[0]![place] === null) missed.push(newestSeconds)
  }
  expect(missed).toEqual([])
})

test('PlotData has no bin for a moment before the first or after the last', () => {
  const series = new RunSeries(40)
  for (const event of clocksAt(0)) series.add(event)
  series.add({ kind: 'play-asked', side: 'hls', atMs: 1000, fromSeconds: 0 })
  series.add({ kind: 'buffer', side: 'hls', atMs: 1500, bufferSeconds: 2 })
  const data = new PlotData(plots[1]!, series)
  data.read({ fromSeconds: 0, toSeconds: 10 }, 10, 600)
  expect([-0.1, 0.5, 0.6, 0.7].map((seconds) => data.placeAt(seconds))).toEqual([undefined, 0, 0, undefined])
})
