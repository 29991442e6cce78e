import { expect, test } from 'vitest'
import { MAP_AXES, mapAxisValues } from '../simulation/map-axes.ts'
import { axisText } from './map-axes-shown.ts'

test('axisText writes a value with its unit, rates in three figures', () => {
  expect([axisText('rateBitsPerSecond', 10_670_000), axisText('lossRatio', 0.075)]).toEqual(['10.7 Mbit/s', '7.5 %'])
  expect([axisText('meanBurstMs', 65), axisText('jitterBufferMs', 0)]).toEqual(['65 ms', '0 ms'])
})

for (const axis of MAP_AXES) {
  test(`axisText tells all places of ${axis} apart`, () => {
    const texts = mapAxisValues(axis, 5_333_394).map((value) => axisText(axis, value))
    expect(new Set(texts).size).toBe(texts.length)
  })
}
