import { expect, test } from 'vitest'
import { MAP_PLACES } from './map-axes.ts'
import { mapStages, placesOf } from './map-plan.ts'

const runs = (seconds: number, longer: number) => mapStages(seconds, longer).map((stage) => stage.runs.length)

test('mapStages begins with 5 × 5 runs of one seed and adds to each stage what is new', () => {
  expect(runs(20, 60)).toEqual([25, 81 - 25, 81 * 4, 289 - 81, (289 - 81) * 4, 289 * 5])
})

test('mapStages runs nothing longer when the video does not last', () => {
  expect(runs(20, 20)).toEqual([25, 56, 324, 208, 832])
})

test('mapStages never makes a run twice', () => {
  const all = mapStages(20, 60).flatMap((stage) => stage.runs.map((run) => JSON.stringify(run)))
  expect(new Set(all).size).toBe(all.length)
})

test('placesOf a coarse map are places of the finer ones, both ends included', () => {
  expect(placesOf(5)).toEqual([0, 4, 8, 12, 16])
  expect(placesOf(9).filter((_place, index) => index % 2 === 0)).toEqual(placesOf(5))
  expect(placesOf(17)).toEqual(Array.from({ length: MAP_PLACES }, (_, place) => place))
})
