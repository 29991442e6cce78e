import { expect, test } from 'vitest'
import { burstControls, downlinkControls, mainControls, nearestStop, uplinkControls } from './network-controls.ts'

const networkControls = [...mainControls, ...downlinkControls, ...uplinkControls, ...Object.values(burstControls)]
const byKey = Object.fromEntries(networkControls.map((control) => [control.key, control]))

test('a loss slider offers 7 % as the ratio 0.07, without a rounding error', () => {
  expect(byKey['lossRatio']?.stops).toContain(0.07)
})

for (const control of networkControls) {
  test(`${control.key}: what is shown reads back as the same value, at every stop`, () => {
    for (const stop of control.stops.filter(Number.isFinite)) {
      expect(control.fromShown(String(control.toShown(stop)))).toBe(stop)
    }
  })
}

test('an empty rate is no limit, an empty loss makes no sense', () => {
  expect(byKey['rateBitsPerSecond']?.fromShown('')).toBe(Infinity)
  expect(byKey['lossRatio']?.fromShown('')).toBeUndefined()
})

test('a typed loss takes a comma, and nothing above 100 %', () => {
  expect(byKey['lossRatio']?.fromShown('2,5')).toBe(0.025)
  expect(byKey['lossRatio']?.fromShown('101')).toBeUndefined()
  expect(byKey['lossRatio']?.fromShown('much')).toBeUndefined()
})

test('nearestStop finds the stop beside a value, and infinity', () => {
  expect(nearestStop([0, 1, 2, 5, Infinity], 3.9)).toBe(3)
  expect(nearestStop([0, 1, 2, 5, Infinity], Infinity)).toBe(4)
})
