import { expect, test } from 'vitest'
import { groupRuns } from '../simulation/lab-statistics.ts'
import type { LabRun } from '../simulation/lab-results.ts'
import type { Scenario } from '../simulation/scenario.ts'
import type { SideMeasures } from '../stream/side-measures.ts'
import { barGroups, lookOf } from './guided-bars.ts'

const scenario = {
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
} as Pick<Scenario, 'sides'> as Scenario

const run = (seed: number, hls: Partial<SideMeasures>, udp: Partial<SideMeasures>): LabRun => ({
  index: seed - 1,
  network: 'line',
  axes: {},
  seed,
  mode: 'virtual',
  sides: [
    { name: 'hls', side: 'hls', measures: hls as SideMeasures, hasEnded: false },
    { name: 'udp', side: 'udp', measures: udp as SideMeasures, hasEnded: false },
  ],
})

test('barGroups draws means on one scale that ends at the largest interval', () => {
  const runs = [
    run(1, { startupMs: 300 }, { startupMs: 100 }),
    run(2, { startupMs: 500 }, { startupMs: 100 }),
    run(3, { startupMs: 400 }, { startupMs: 100 }),
  ]
  const [group] = barGroups(scenario, groupRuns(runs), 'startupMs')
  const high = 400 + (4.303 * 100) / Math.sqrt(3) // Student's t, two degrees of freedom; the deviation is 100
  expect(group?.bars[0]).toMatchObject({ side: 'hls', look: 'hls', value: 400, interval: { to: 1 } })
  expect(group?.bars[0]?.share).toBeCloseTo(400 / high, 12)
  expect(group?.bars[0]?.interval?.from).toBeCloseTo((800 - high) / high, 12)
  expect(group?.bars[1]).toEqual({ side: 'udp', look: 'udp', value: 100, share: 100 / high }) // all alike: no interval
})

test('barGroups draws shares above a half as parts of the whole', () => {
  const [group] = barGroups(
    scenario,
    groupRuns([run(1, { startupMs: 1, stallRatio: 0.6 }, { startupMs: 1, stallRatio: 0.2 })]),
    'stallRatio',
  )
  expect(group?.bars.map(({ share }) => share)).toEqual([0.6, 0.2])
})

test('barGroups leaves out sides that never have the measure, and draws none where one never began', () => {
  const groups = groupRuns([run(1, { startupMs: 100, stallRatio: 0 }, { stallRatio: 0, lostPackets: 7 })])
  expect(barGroups(scenario, groups, 'lostPackets')[0]?.bars).toMatchObject([{ side: 'udp', value: 7, share: 1 }])
  expect(barGroups(scenario, groups, 'stallRatio')[0]?.bars).toEqual([
    { side: 'hls', look: 'hls', value: 0, share: 0 },
    { side: 'udp', look: 'udp', share: 0 },
  ])
})

test('lookOf gives repaired UDP a look of its own', () => {
  expect(lookOf({ kind: 'udp', repair: 'rtx' })).toBe('repaired')
  expect(lookOf({ kind: 'rtp-over-tcp' })).toBe('udp')
  expect(lookOf({ kind: 'll-hls' })).toBe('hls')
})
