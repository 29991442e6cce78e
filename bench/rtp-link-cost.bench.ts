import type { Benchmark } from './benchmark.ts'
import { bundled } from './bundled.ts'
import { loadPrototype } from './tcp-prototype.ts'

type ModelCost = typeof import('./model-cost.ts')

const WARM_UP_RUNS = 5

const ours = await bundled<ModelCost>('model-cost.ts')
const prototype = await loadPrototype()

export default {
  title: 'CPU per RTP packet through the access link, 4.5 Mbit/s on a line of 5',
  unit: 'µs',
  sides: {
    weir: () => Promise.resolve(ours.rtpMicroseconds()),
    ...(prototype === undefined ? {} : { 'the prototype': () => Promise.resolve(prototype.rtpMicroseconds()) }),
  },
  prepare: () => {
    for (let run = 0; run < WARM_UP_RUNS; run += 1) ours.rtpMicroseconds()
    return Promise.resolve()
  },
  bounds: [{ side: 'weir', is: 'at most', limit: 0.4 }],
} satisfies Benchmark
