import { expect, test } from 'vitest'
import { MAP_AXES, MAP_PLACES, mapAxisValues, nearestPlace } from './map-axes.ts'

for (const axis of MAP_AXES) {
  test(`mapAxisValues rises over all ${MAP_PLACES} places of ${axis}`, () => {
    const values = mapAxisValues(axis, 5_000_000)
    expect(values).toHaveLength(MAP_PLACES)
    expect(values).toEqual([...new Set(values)].toSorted((a, b) => a - b))
  })
}

test('mapAxisValues takes rates as multiples of the media, to 10 kbit/s', () => {
  const coarse = mapAxisValues('rateBitsPerSecond', 5_333_394).filter((_rate, place) => place % 4 === 0)
  expect(coarse).toEqual([2_670_000, 5_330_000, 8_000_000, 10_670_000, 21_330_000])
})

test('mapAxisValues gives no rate below what a profile may have', () => {
  expect(mapAxisValues('rateBitsPerSecond', 4000)[0]).toBe(8000)
})

test('mapAxisValues gives losses without dust behind the point', () => {
  const tenths = mapAxisValues('lossRatio', 1).slice(0, 7)
  expect(tenths).toEqual([0, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01])
})

test('nearestPlace finds the nearest value, the lower one of two as near, and the last for no limit', () => {
  const values = mapAxisValues('oneWayDelayMs', 1)
  expect([0, 37, 27.5, 999, Infinity].map((delay) => values[nearestPlace(values, delay)])).toEqual([
    0, 40, 25, 200, 200,
  ])
})
