import { expect, test } from 'vitest'
import { controlledScenario } from './scenario-control.ts'
import type { Scenario } from './scenario.ts'

const scenario: Scenario = {
  name: 'two-lines',
  mode: 'virtual',
  source: { kind: 'model', seconds: 4, variants: [] },
  durationSeconds: 4,
  sides: [
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
  ],
  networks: ['near', 'far'].map((name, index) => ({
    name,
    profile: {
      seed: 0,
      downlink: { oneWayDelayMs: 100 * index, loss: { kind: 'random', lossRatio: 0.01 } },
    },
  })),
  grid: [],
  seeds: [1],
  budgets: [],
}

test('controlledScenario takes away from every network what a null stands for, and leaves the rest', () => {
  const { networks, sides } = controlledScenario(scenario, { networks: { downlink: { loss: null } } })
  expect(networks).toEqual([
    { name: 'near', profile: { seed: 0, downlink: { oneWayDelayMs: 0 } } },
    { name: 'far', profile: { seed: 0, downlink: { oneWayDelayMs: 100 } } },
  ])
  expect(sides).toEqual(scenario.sides)
})

test('controlledScenario changes the sides that it names and no others', () => {
  const { networks, sides } = controlledScenario(scenario, { sides: { udp: { jitterBufferMs: 800 } } })
  expect(sides).toEqual([
    { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
    { name: 'udp', spec: { kind: 'udp', repair: 'off', jitterBufferMs: 800 } },
  ])
  expect(networks).toEqual(scenario.networks)
})

test('controlledScenario refuses a side that there is not', () => {
  expect(() => controlledScenario(scenario, { sides: { rtx: {} } })).toThrow(
    'expected one of the sides hls, udp, got rtx',
  )
})
