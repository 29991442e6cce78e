import type { Benchmark } from './benchmark.ts'
import { bundled } from './bundled.ts'
import { loadPrototype } from './tcp-prototype.ts'

type ModelCost = typeof import('./model-cost.ts')

const CONTROLS = ['cubic', 'reno', 'bbr'] as const
const WARM_UP_RUNS = 3

const ours = await bundled<ModelCost>('model-cost.ts')
const prototype = await loadPrototype()

const sides = CONTROLS.flatMap((control) => [
  [control, () => Promise.resolve(ours.tcpMicroseconds(control))] as const,
  ...(prototype === undefined
    ? []
    : [[`${control}, the prototype`, () => Promise.resolve(prototype.tcpMicroseconds(control))] as const]),
])

export default {
  title: 'CPU per TCP data packet with its ACK, 5 Mbit/s without loss',
  unit: 'µs',
  sides: Object.fromEntries(sides),
  prepare: async () => {
    for (let run = 0; run < WARM_UP_RUNS; run += 1) for (const [, measure] of sides) await measure()
  },
  bounds: [
    { side: 'cubic', is: 'at most', limit: 1.2 },
    { side: 'reno', is: 'at most', limit: 1.2 },
    { side: 'bbr', is: 'at most', limit: 2.5 },
  ],
} satisfies Benchmark
