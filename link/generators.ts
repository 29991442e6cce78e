import { ln } from './exact-math.ts'
import type { RateGenerator } from './profile.ts'
import { randomOf } from './random.ts'
import type { RateStep } from './stepped-rate.ts'

/** The steps of one period of a generator: `steps` goes through its rates, `spike` ends its period with another rate,
 *  `sawtooth` rises from the lowest to the highest rate in 20 stairs and falls at once, `markov` wanders between the
 *  neighbours of its rates and falls silent now and then. */
export function generatedSteps(generator: RateGenerator, seed: number): readonly RateStep[] {
  switch (generator.kind) {
    case 'steps':
      return generator.ratesBitsPerSecond.map((rateBitsPerSecond) => ({
        rateBitsPerSecond,
        durationMs: generator.stepSeconds * 1000,
      }))
    case 'spike':
      return spikeSteps(generator)
    case 'sawtooth':
      return sawtoothSteps(generator)
    case 'markov':
      return markovSteps(generator, seed)
  }
}

type Kind<Name extends RateGenerator['kind']> = Extract<RateGenerator, { kind: Name }>

function spikeSteps(generator: Kind<'spike'>): RateStep[] {
  const { rateBitsPerSecond, spikeRateBitsPerSecond, periodSeconds, spikeSeconds } = generator
  return [
    { rateBitsPerSecond, durationMs: (periodSeconds - spikeSeconds) * 1000 },
    { rateBitsPerSecond: spikeRateBitsPerSecond, durationMs: spikeSeconds * 1000 },
  ]
}

const STAIRS = 20

function sawtoothSteps(generator: Kind<'sawtooth'>): RateStep[] {
  const { lowestRateBitsPerSecond: lowest, highestRateBitsPerSecond: highest, periodSeconds } = generator
  return Array.from({ length: STAIRS }, (_, stair) => ({
    rateBitsPerSecond: lowest + ((highest - lowest) * stair) / (STAIRS - 1),
    durationMs: (periodSeconds * 1000) / STAIRS,
  }))
}

/** "LTE-like", network-model.md section 6: rates, mean dwell and length of outages from there. How often there is an
 *  outage is an engineering assumption: one handover that interrupts in a minute. */
const LTE_LIKE = {
  ratesBitsPerSecond: [500_000, 1_500_000, 4_000_000, 8_000_000, 12_000_000],
  meanDwellSeconds: 2,
  outagesPerMinute: 1,
  shortestOutageMs: 300,
  longestOutageMs: 1500,
}
const MARKOV_PERIOD_MS = 600_000

/** Ten minutes of a Markov chain in continuous time: exponential stays, then with equal chance a neighbour of the rate,
 *  now and then over an outage of uniform length. */
function markovSteps(generator: Kind<'markov'>, seed: number): RateStep[] {
  const { ratesBitsPerSecond: rates, meanDwellSeconds, outagesPerMinute } = { ...LTE_LIKE, ...generator }
  const random = randomOf(seed, 'rate')
  const steps: RateStep[] = []
  let place = Math.floor(rates.length / 2)
  for (let atMs = 0; atMs < MARKOV_PERIOD_MS;) {
    const dwellMs = -meanDwellSeconds * 1000 * ln(1 - random())
    steps.push({ rateBitsPerSecond: rates[place] as number, durationMs: dwellMs })
    place = neighbour(place, rates.length, random())
    const isOutage = random() < (outagesPerMinute * meanDwellSeconds) / 60
    const outageMs = isOutage ? outageLengthMs(random()) : 0
    if (isOutage) steps.push({ rateBitsPerSecond: 0, durationMs: outageMs })
    atMs += dwellMs + outageMs
  }
  return steps
}

function neighbour(place: number, places: number, draw: number): number {
  const wanted = draw < 0.5 ? place - 1 : place + 1
  if (wanted < 0) return Math.min(1, places - 1)
  return wanted < places ? wanted : Math.max(places - 2, 0)
}

function outageLengthMs(draw: number): number {
  return LTE_LIKE.shortestOutageMs + draw * (LTE_LIKE.longestOutageMs - LTE_LIKE.shortestOutageMs)
}
