import { expect, test } from 'vitest'
import type { SideMeasures } from '../stream/side-measures.ts'
import type { LabRun } from './lab-results.ts'
import { mapCell, winnerOf } from './map-cell.ts'
import { MAP_MEASURES, mapFigure, type MapMeasure } from './map-figures.ts'

const measure = (key: string) => MAP_MEASURES.find((other) => other.key === key) as MapMeasure

function run(seed: number, hls: SideMeasures, udp: SideMeasures): LabRun {
  const sides = [
    { name: 'hls', side: 'hls', measures: hls, hasEnded: false },
    { name: 'udp', side: 'udp', measures: udp, hasEnded: false },
  ] as const
  return { index: seed, network: '', axes: {}, seed, mode: 'virtual', sides }
}

const startups = (seeds: number, hlsMs: number, udpMs: number) =>
  Array.from({ length: seeds }, (_, seed) => run(seed, { startupMs: hlsMs + 10 * seed }, { startupMs: udpMs }))

test('mapCell says nothing of a place without a run', () => {
  expect(mapCell([], measure('startupMs'), 20)).toBeUndefined()
})

test('mapCell takes less of a startup as better, and one seed as too few', () => {
  const cell = mapCell(startups(1, 900, 300), measure('startupMs'), 20)
  expect(cell).toEqual({
    hls: { mean: 900, withPicture: 1 },
    udp: { mean: 300, withPicture: 1 },
    advantage: -600,
    certainty: 'too-few-seeds',
    seeds: 1,
  })
  expect(cell && winnerOf(cell)).toBe('udp')
})

test('mapCell is sure of five seeds whose paired differences all point one way', () => {
  const cell = mapCell(startups(5, 900, 300), measure('startupMs'), 20)
  expect([cell?.advantage, cell?.certainty, cell?.seeds]).toEqual([-620, 'sure', 5])
  expect(cell?.interval?.low).toBeCloseTo(-639.63, 2)
  expect(cell?.interval?.high).toBeCloseTo(-600.37, 2)
})

test('mapCell does not tell apart what points both ways', () => {
  const apart = [300, -280, 310, -290, 20]
  const runs = apart.map((ms, seed) => run(seed, { startupMs: 1000 + ms }, { startupMs: 1000 }))
  expect(mapCell(runs, measure('startupMs'), 20)?.certainty).toBe('not-told-apart')
})

test('mapCell takes a side without a picture as the worst, and counts it', () => {
  const runs = [
    run(1, { startupMs: 900, intactFrameRatio: 1 }, {}),
    run(2, { startupMs: 900, intactFrameRatio: 1 }, {}),
  ]
  expect(mapCell(runs, measure('intactFrameRatio'), 20)).toMatchObject({
    hls: { mean: 1, withPicture: 2 },
    udp: { mean: 0, withPicture: 0 },
    advantage: 1,
  })
  expect(mapCell(runs, measure('startupMs'), 20)?.udp.mean).toBe(20_000)
})

test('winnerOf names nobody where both are equal', () => {
  const cell = mapCell([run(1, { startupMs: 5 }, { startupMs: 5 })], measure('startupMs'), 20)
  expect(cell && winnerOf(cell)).toBeUndefined()
})

test('mapFigure counts no packet of HLS as lost, a side without a picture as all stalled', () => {
  const side = (name: 'hls' | 'udp', measures: SideMeasures) => ({ name, side: name, measures, hasEnded: false })
  expect(mapFigure(measure('effectiveLossRatio'), side('hls', { startupMs: 1 }), 20)).toBe(0)
  expect(mapFigure(measure('effectiveLossRatio'), side('udp', { expectedPackets: 0 }), 20)).toBe(1)
  expect(mapFigure(measure('stallRatio'), side('hls', { stallRatio: 0, watchedMs: 0 }), 20)).toBe(1)
  expect(mapFigure(measure('stallMs'), side('hls', {}), 20)).toBe(20_000)
})
