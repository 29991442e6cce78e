import type { Benchmark } from './benchmark.ts'
import { bundled } from './bundled.ts'
import { loadPrototype } from './tcp-prototype.ts'

type ModelCost = typeof import('./model-cost.ts')

const WARM_UP_RUNS = 8

const ours = await bundled<ModelCost>('model-cost.ts')
const prototype = await loadPrototype()

/** What both play: the same segments, the same packets. */
const { plan } = ours
const { segments } = plan.outline
const segmentsBytes = segments.map(({ sizeBytes }) => sizeBytes)
const packets = segments
  .flatMap((_, index) => plan.packetsOf(index))
  .map(({ sizeBytes, sendMs }) => ({ sizeBytes: sizeBytes + 28, sendMs: sendMs + 100 })) // UDP and IPv4; none before 0
const last = segments.at(-1)
const seconds = (last?.startSeconds ?? 0) + (last?.durationSeconds ?? 0)

export default {
  title: 'HLS and RTP side of a 5 Mbit/s video in virtual time, 8 Mbit/s, 0.5 % loss',
  unit: 'seconds of video a second of CPU',
  sides: {
    'weir, both viewers and all measures': () => Promise.resolve(ours.comparisonSpeed()),
    'weir, two-minute experiments of the lab': () => Promise.resolve(ours.experimentSpeed()),
    ...(prototype === undefined
      ? {}
      : {
          'the prototype, links and TCP alone': () =>
            Promise.resolve(prototype.comparisonSpeed(segmentsBytes, packets, seconds)),
        }),
  },
  prepare: () => {
    for (let run = 0; run < WARM_UP_RUNS; run += 1) {
      ours.comparisonSpeed()
      ours.experimentSpeed()
    }
    return Promise.resolve()
  },
  bounds: [
    { side: 'weir, both viewers and all measures', is: 'at least', limit: 1200 },
    // A thousand of them within 90 s on two cores.
    { side: 'weir, two-minute experiments of the lab', is: 'at least', limit: 667 },
  ],
} satisfies Benchmark
