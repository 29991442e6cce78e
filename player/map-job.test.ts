import { expect, test } from 'vitest'
import { linkPresets } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import { runExperiment } from '../simulation/experiment.ts'
import { MAP_MEASURES } from '../simulation/map-figures.ts'
import { modelVideo } from '../simulation/model-video.ts'
import { MapJob, nearestShown, type MapOrder } from './map-job.ts'
import type { RunAnswer } from './what-if-messages.ts'
import { readWhatIfSettings } from './what-if-settings.ts'

const base: LinkProfile = { ...linkPresets[0]!.profile, name: 'perfect', seed: 1 }
const start = { settings: readWhatIfSettings('?seed=7'), base, mediaBitsPerSecond: 2_000_000, longerSeconds: 60 }
const startup = MAP_MEASURES.find(({ key }) => key === 'startupMs')!

const answered = (hlsMs: number, udpMs: number): RunAnswer => ({
  ok: true,
  outcomes: [
    { name: 'hls', side: 'hls', measures: { startupMs: hlsMs }, hasEnded: false },
    { name: 'udp', side: 'udp', measures: { startupMs: udpMs }, hasEnded: false },
  ],
  timelines: [],
})

function take(job: MapJob, count: number): MapOrder[] {
  return Array.from({ length: count }, () => job.next()).filter((order) => order !== undefined)
}

test('MapJob gives the 25 places of the coarse map first, each with its line and seed', () => {
  const job = new MapJob(start)
  const orders = take(job, 25)
  expect(orders.every(({ run }) => run.column % 4 === 0 && run.row % 4 === 0 && run.seedIndex === 0)).toBe(true)
  expect(orders[7]).toMatchObject({
    run: { column: 8, row: 4, seedIndex: 0, seconds: 20 },
    seconds: 20,
    withTimelines: false,
    profile: {
      name: 'perfect',
      seed: 7,
      downlink: { rateBitsPerSecond: 3_000_000, loss: { kind: 'bad-moments', lossRatio: 0.005, meanBurstMs: 50 } },
    },
  })
  expect(job.stage).toMatchObject({ size: 5, seeds: 1 })
})

test('MapJob moves on to the finer map when the coarse one is whole, whatever came first', () => {
  const job = new MapJob(start)
  const orders = take(job, 25).toReversed()
  for (const order of orders.slice(1)) job.add(order, answered(900, 300))
  expect([job.stage.size, job.doneRuns, job.wholeStage]).toEqual([5, 24, undefined])
  job.add(orders[0]!, answered(900, 300))
  expect([job.stage.size, job.shown]).toEqual([9, { size: 9, seconds: 20 }])
  expect(job.wholeStage).toMatchObject({ size: 5, seeds: 1 })
})

test('MapJob gives other seeds later, and keeps a place’s runs in their order', () => {
  const job = new MapJob(start)
  const orders = take(job, 25 + 56 + 324)
  const here = orders.filter(({ run }) => run.column === 4 && run.row === 4)
  expect(here.map(({ profile }) => profile.seed)).toEqual([7, 8, 9, 10, 11])
  for (const order of here.toReversed()) {
    job.add(order, answered(1000 * order.profile.seed, 300))
    expect(job.cellAt(order.run, startup)?.seeds).toBe(5 - order.run.seedIndex)
  }
  expect(job.runsAt({ column: 4, row: 4 }, 20).map(({ seed }) => seed)).toEqual([7, 8, 9, 10, 11])
  expect(job.cellAt({ column: 4, row: 4 }, startup)).toMatchObject({ hls: { mean: 9000 }, seeds: 5, certainty: 'sure' })
})

test('MapJob does not run the chosen place again, and shows longer runs once all are there', () => {
  const job = new MapJob(start)
  const chosen = job.orderAt({ column: 0, row: 0 })
  expect(chosen.withTimelines).toBe(true)
  job.add(chosen, answered(900, 300))
  job.add(job.orderAt({ column: 0, row: 0 }), answered(900, 300)) // looked at again
  const rest = take(job, 10_000)
  expect([job.doneRuns, rest.length, job.next()]).toEqual([1, job.allRuns - 1, undefined])
  for (const order of rest.slice(0, -1)) job.add(order, answered(900, 300))
  expect(job.shown).toEqual({ size: 17, seconds: 20 })
  job.add(rest.at(-1)!, answered(900, 300))
  expect([job.shown, job.isDone, job.wholeStage]).toEqual([{ size: 17, seconds: 60 }, true, job.stages.at(-1)])
})

test('MapJob stops where a side cannot be played, and says why', () => {
  const job = new MapJob(start)
  job.add(job.next()!, { ok: false, message: 'side hls: there is no variant 4k' })
  expect([job.problem, job.next()]).toEqual(['side hls: there is no variant 4k', undefined])
})

test('MapJob finds the place of its settings, of no limit the last', () => {
  const job = new MapJob(start)
  const at = (query: string) => job.placeOf(readWhatIfSettings(query))
  expect(at('?preset=perfect&lossRatio=0.021')).toEqual({ column: 16, row: 8 })
  expect(at('?preset=perfect&rateBitsPerSecond=3100000&lossRatio=0.5')).toEqual({ column: 8, row: 16 })
})

test('nearestShown leads to a place of the coarser map', () => {
  expect(nearestShown({ column: 7, row: 1 }, 5)).toEqual({ column: 8, row: 0 })
  expect(nearestShown({ column: 7, row: 1 }, 17)).toEqual({ column: 7, row: 1 })
})

test('a cell measures what runExperiment tells of its line', () => {
  const video = modelVideo({
    kind: 'model',
    seconds: 32,
    variants: [{ name: '720p', bitsPerSecond: 2_000_000, heightPixels: 720, framesPerSecond: 30 }],
  })
  const job = new MapJob(start)
  const order = take(job, 8)[7]!
  const outcomes = runExperiment({ video, sides: order.sides, profile: order.profile, durationSeconds: order.seconds })
  job.add(order, { ok: true, outcomes, timelines: [] })
  expect(job.cellAt(order.run, startup)?.advantage).toBe(
    (outcomes[1]?.measures.startupMs ?? 0) - (outcomes[0]?.measures.startupMs ?? 0),
  )
})
