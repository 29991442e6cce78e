import { expect, test } from 'vitest'
import { sampledRuns } from './live-sample.ts'
import { smallScenario } from './test-support/lab-run.ts'

const scenario = {
  ...smallScenario,
  seeds: [1, 2, 3, 4, 5, 6],
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'bola' } },
    { name: 'short', spec: { kind: 'hls', abr: 'fixed', segmentSeconds: 2 } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
    { name: 'rtx', spec: { kind: 'udp', repair: 'rtx' } },
    { name: 'chromium', spec: { kind: 'hls', abr: 'fixed', player: 'hls.js' } },
  ],
} as const

test('sampledRuns takes runs evenly over the plan, with the sides that are played alike', () => {
  const networks = scenario.networks.length
  const runs = sampledRuns(scenario, 2 * networks)
  expect(runs.map(({ index }) => index)).toEqual(Array.from({ length: 2 * networks }, (_, place) => 3 * place))
  expect(runs[0]?.sides.map(({ name }) => name)).toEqual(['hls', 'udp'])
  expect(sampledRuns(scenario, 1000)).toHaveLength(6 * networks)
})

test('sampledRuns gives none where no side can be compared', () => {
  expect(sampledRuns({ ...scenario, sides: [scenario.sides[3]] }, 3)).toEqual([])
})
