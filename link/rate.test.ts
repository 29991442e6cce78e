import { expect, test } from 'vitest'
import { generatedSteps } from './generators.ts'
import { OpportunityRate } from './opportunity-rate.ts'
import { SteppedRate } from './stepped-rate.ts'

const steppedRate = (...steps: readonly (readonly [bytesPerMs: number, durationMs: number])[]) =>
  new SteppedRate(steps.map(([bytesPerMs, durationMs]) => ({ rateBitsPerSecond: bytesPerMs * 8000, durationMs })))

test('SteppedRate sends a packet at the rates that it meets', () => {
  const rate = steppedRate([100, 10], [50, 10])
  expect(rate.finishMs(0, 1000)).toBe(10)
  expect(rate.finishMs(5, 1000)).toBe(20) // 500 bytes in 5 ms, 500 bytes in 10 ms
  expect(rate.finishMs(15, 500)).toBe(22.5) // and on into the next period
})

test('SteppedRate holds a packet through an outage, and loses nothing of it', () => {
  const rate = steppedRate([100, 10], [0, 500], [100, 10])
  expect(rate.finishMs(8, 1000)).toBe(518)
  expect(rate.finishMs(200, 100)).toBe(511)
  expect([rate.isSilentAt(9.9), rate.isSilentAt(10), rate.isSilentAt(510)]).toEqual([false, true, false])
})

test('SteppedRate begins again at its end, also for a packet that lasts many periods', () => {
  const rate = steppedRate([1, 10], [0, 90])
  expect(rate.finishMs(0, 1500)).toBe(14_910) // 149 whole periods, then 10 ms
  expect(rate.finishMs(1_000_000, 5)).toBe(1_000_005)
})

test('SteppedRate measures a queue in an outage by the rate before it', () => {
  const rate = steppedRate([0, 10], [100, 10], [0, 10])
  expect([5, 15, 25, 35].map((ms) => rate.bytesPerMsAt(ms))).toEqual([100, 100, 100, 100])
  expect(steppedRate([50, 10], [0, 10], [100, 10]).bytesPerMsAt(15)).toBe(50)
})

test('SteppedRate answers alike, in whatever order it is asked', () => {
  const steps = Array.from({ length: 50 }, (_, index) => [index % 7, 1 + (index % 3)] as const)
  const asked = steppedRate(...steps)
  for (const startMs of [0, 97, 3, 50.5, 98, 1000, 12, 99.9]) {
    expect(asked.finishMs(startMs, 40)).toBe(steppedRate(...steps).finishMs(startMs, 40))
  }
})

test('OpportunityRate lets 1500 bytes leave at each moment: two small packets in one, a large one over two', () => {
  const rate = new OpportunityRate([3, 7, 12])
  expect(rate.finishMs(0, 1000)).toBe(3)
  expect(rate.finishMs(3, 500)).toBe(3)
  expect(rate.finishMs(3, 1500)).toBe(7)
  expect(rate.finishMs(7, 100)).toBe(12)
  expect(rate.finishMs(12, 1500)).toBe(15) // 1400 bytes were left, 100 leave in the next period
})

test('OpportunityRate does not keep what nobody used', () => {
  const rate = new OpportunityRate([3, 7, 12])
  expect(rate.finishMs(0, 100)).toBe(3)
  expect(rate.finishMs(3.5, 1500)).toBe(7)
  expect(rate.finishMs(1001, 1500)).toBe(1003) // 83 periods of 12 ms, then 7
})

test('OpportunityRate of the single line "1" is 12 Mbit/s', () => {
  const rate = new OpportunityRate([1])
  let atMs = 0
  for (let packet = 0; packet < 1000; packet += 1) atMs = rate.finishMs(atMs, 1500)
  expect(atMs).toBe(1000)
  expect(rate.bytesPerMsAt()).toBe(1500)
})

test('generatedSteps of steps, spike and sawtooth', () => {
  expect(generatedSteps({ kind: 'steps', ratesBitsPerSecond: [1e6, 0], stepSeconds: 2 }, 1)).toEqual([
    { rateBitsPerSecond: 1e6, durationMs: 2000 },
    { rateBitsPerSecond: 0, durationMs: 2000 },
  ])
  const spike = {
    kind: 'spike',
    rateBitsPerSecond: 4e6,
    spikeRateBitsPerSecond: 5e5,
    periodSeconds: 20,
    spikeSeconds: 3,
  } as const
  expect(generatedSteps(spike, 1)).toEqual([
    { rateBitsPerSecond: 4e6, durationMs: 17_000 },
    { rateBitsPerSecond: 5e5, durationMs: 3000 },
  ])
  const sawtooth = {
    kind: 'sawtooth',
    lowestRateBitsPerSecond: 1e6,
    highestRateBitsPerSecond: 20e6,
    periodSeconds: 40,
  } as const
  expect(generatedSteps(sawtooth, 1)).toEqual(
    Array.from({ length: 20 }, (_, stair) => ({ rateBitsPerSecond: (stair + 1) * 1e6, durationMs: 2000 })),
  )
})

test('generatedSteps of a Markov chain with seed 7 begins with these', () => {
  const steps = generatedSteps({ kind: 'markov', outagesPerMinute: 6 }, 7)
  expect(steps.slice(0, 6).map((step) => [step.rateBitsPerSecond / 1e6, Math.round(step.durationMs)])).toEqual([
    [4, 6622],
    [8, 1252],
    [4, 3638],
    [0, 647],
    [1.5, 1576],
    [0.5, 918],
  ])
})

test('a Markov chain lasts ten minutes, stays 2 s on average, moves to neighbours and falls silent once a minute', () => {
  const rates = [0.5, 1.5, 4, 8, 12]
  const seeds = Array.from({ length: 100 }, (_, seed) => generatedSteps({ kind: 'markov' }, seed))
  const stays = seeds.flatMap((steps) => steps.filter(({ rateBitsPerSecond }) => rateBitsPerSecond > 0))
  const outages = seeds.flatMap((steps) => steps.filter(({ rateBitsPerSecond }) => rateBitsPerSecond === 0))
  for (const steps of seeds) {
    const places = steps.flatMap(({ rateBitsPerSecond }) =>
      rateBitsPerSecond > 0 ? [rates.indexOf(rateBitsPerSecond / 1e6)] : [],
    )
    expect(places.every((place, index) => index === 0 || Math.abs(place - places[index - 1]!) === 1)).toBe(true)
    expect(steps.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeGreaterThan(600_000)
  }
  const meanStayMs = stays.reduce((sum, { durationMs }) => sum + durationMs, 0) / stays.length
  expect(Math.abs(meanStayMs / 2000 - 1)).toBeLessThan(4 / Math.sqrt(stays.length))
  const chance = 1 / 30 // a minute has 30 stays
  const error = Math.sqrt(chance * (1 - chance) * stays.length)
  expect(Math.abs(outages.length - chance * stays.length)).toBeLessThan(4 * error)
  expect(outages.every(({ durationMs }) => durationMs >= 300 && durationMs < 1500)).toBe(true)
})
