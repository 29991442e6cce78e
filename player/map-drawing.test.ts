import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import { MAP_MEASURES } from '../simulation/map-figures.ts'
import { differenceText, drawnCell, roundText, sideFigure, verdict, withUnit } from './map-drawing.ts'
import { MapJob, type MapOrder } from './map-job.ts'
import { readWhatIfSettings } from './what-if-settings.ts'

const startup = MAP_MEASURES.find(({ key }) => key === 'startupMs')!
const [first] = linkPresets

function newJob(): MapJob {
  const base = { ...first!.profile, name: 'perfect', seed: 0 }
  return new MapJob({ settings: readWhatIfSettings('?seed=7'), base, mediaBitsPerSecond: 2e6, longerSeconds: 20 })
}

/** The first picture of HLS and of UDP after so many milliseconds; undefined: none came. */
function answer(job: MapJob, order: MapOrder, hlsMs: number | undefined, udpMs: number | undefined): void {
  const side = (name: 'hls' | 'udp', startupMs: number | undefined) => ({
    name,
    side: name,
    measures: startupMs === undefined ? {} : { startupMs },
    hasEnded: false,
  })
  job.add(order, { ok: true, outcomes: [side('hls', hlsMs), side('udp', udpMs)], timelines: [] })
}

test('drawnCell knows nothing of a place before any run', () => {
  const drawn = drawnCell(newJob(), { column: 3, row: 3 }, startup, 'winner')
  expect(drawn).toEqual({ tone: 'none', step: 0, isGuess: true, isUndecided: false, text: '', label: 'not run yet' })
})

test('drawnCell colours by the winner, in steps of the full difference, and says it in words', () => {
  const job = newJob()
  const order = job.next()!
  answer(job, order, 2900, 400)
  expect(drawnCell(job, order.run, startup, 'winner')).toEqual({
    tone: 'udp',
    step: 3, // 2,500 of 4,000 ms
    isGuess: false,
    isUndecided: false,
    text: '2500',
    label: 'UDP better by 2500 ms · HLS 2900 ms · UDP 400 ms · one seed',
  })
  expect(drawnCell(job, order.run, startup, 'hls')).toMatchObject({ tone: 'hls', step: 2, text: '2900' })
})

test('drawnCell draws a place that has no run as the nearest coarser one, and marks it as a guess', () => {
  const job = newJob()
  const order = job.next()! // column 0, row 0
  answer(job, order, 8000, 400)
  expect(drawnCell(job, { column: 1, row: 0 }, startup, 'winner')).toMatchObject({
    tone: 'udp',
    step: 4,
    isGuess: true,
  })
})

test('drawnCell says in words the figure that stands on a place without a difference', () => {
  const job = newJob()
  const order = job.next()!
  answer(job, order, 400, 400)
  expect(drawnCell(job, order.run, startup, 'winner')).toMatchObject({
    text: '0',
    label: 'no difference: 0 ms · HLS 400 ms · UDP 400 ms · one seed',
  })
})

test('drawnCell calls even what nobody would see', () => {
  const job = newJob()
  const order = job.next()!
  answer(job, order, 430, 400)
  expect(drawnCell(job, order.run, startup, 'winner')).toMatchObject({ tone: 'even', step: 0 })
})

test('drawnCell marks what five seeds do not tell apart', () => {
  const job = newJob()
  const orders = Array.from({ length: 25 + 56 + 4 }, () => job.next()!)
  const here = orders.filter(({ run }) => run.column === 0 && run.row === 0)
  here.forEach((order, index) => answer(job, order, [2500, 300, 2600, 200, 900][index], 1000))
  const drawn = drawnCell(job, { column: 0, row: 0 }, startup, 'winner')
  expect([here.length, drawn.isUndecided]).toEqual([5, true])
  expect(drawn.label).toContain('not told apart: 300 ms')
})

test('a side that showed nothing says so, and has lost by more than a number', () => {
  const job = newJob()
  const order = job.next()!
  answer(job, order, 2000, undefined)
  const cell = job.cellAt(order.run, startup)!
  expect([verdict(cell, startup), sideFigure(cell, startup, 'udp')]).toEqual(['only HLS shows a picture', 'no picture'])
  expect(drawnCell(job, order.run, startup, 'winner')).toMatchObject({ tone: 'hls', step: 4, text: '' })
})

test('differenceText tells a difference of shares in points', () => {
  const intact = MAP_MEASURES.find(({ key }) => key === 'intactFrameRatio')!
  expect([differenceText(intact, 0.125), withUnit(intact, 0.125)]).toEqual(['12.5 points', '12.5 %'])
  expect(differenceText(startup, 12)).toBe('12 ms')
})

test('roundText leaves out zeros behind the point, and those alone', () => {
  expect(['50.00 points', '4.0 s', '10.50 %', '100 ms', '0.0'].map(roundText)).toEqual([
    '50 points',
    '4 s',
    '10.50 %',
    '100 ms',
    '0',
  ])
})
