import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { Bottleneck } from './bottleneck.ts'
import { Delay } from './delay.ts'
import type { Deliver, LinkPacket, LinkStage } from './link-packet.ts'
import { Loss } from './loss.ts'
import { OneWay } from './one-way.ts'
import type { DirectionProfile, LossProfile, RateTrace } from './profile.ts'

type Told = { readonly deliver: Deliver; readonly drop: (packet: LinkPacket, atMs: number) => void }

const bottleneckOf =
  (profile: DirectionProfile) =>
  ({ deliver, drop }: Told): LinkStage =>
    new Bottleneck({ ...profile, seed: 7 }, { accepted: () => {}, departed: deliver, tailDropped: drop })
const lossOf =
  (loss: LossProfile) =>
  ({ deliver, drop }: Told): LinkStage =>
    new Loss({ loss, seed: 7 }, { deliver, lost: drop })
const delayOf =
  (profile: DirectionProfile) =>
  ({ deliver }: Told): LinkStage =>
    new Delay({ ...profile, seed: 7 }, { deliver, duplicate: () => {} })
const oneWayOf =
  (profile: DirectionProfile, changes: readonly (readonly [atMs: number, profile: DirectionProfile])[] = []) =>
  ({ deliver, drop }: Told): LinkStage => {
    const way = new OneWay(
      { seed: 7, profile, udpBlocked: false },
      { accepted: () => {}, delivered: deliver, dropped: drop },
    )
    for (const [atMs, changed] of changes) way.change({ seed: 7, profile: changed, udpBlocked: false }, atMs)
    return way
  }

const random: LossProfile = { kind: 'random', lossRatio: 0.2 }
const badMoments: LossProfile = { kind: 'bad-moments', lossRatio: 0.2, meanBurstMs: 50 }
const steps: RateTrace = [
  [1000, 0.3],
  [0, 0.1],
  [300, 0.2],
]
const opportunities: RateTrace = Array.from({ length: 40 }, (_, index) => Math.floor((index * index) / 4))

/** Every stage of a line and their combinations, as the contract sees them: what goes in comes out or is told as dropped.
 *  `reorders` only where the profile asks for it. */
const stages: Record<string, { readonly make: (told: Told) => LinkStage; readonly reorders?: true }> = {
  'Bottleneck at 1 Mbit/s with 50 ms of queue': {
    make: bottleneckOf({ rateBitsPerSecond: 1_000_000, queueMs: 50 }),
  },
  'Bottleneck without a rate': { make: bottleneckOf({}) },
  'Bottleneck of steps with an outage': { make: bottleneckOf({ trace: steps, queueMs: 80 }) },
  'Bottleneck of mahimahi’s opportunities': { make: bottleneckOf({ trace: opportunities, queueBytes: 9000 }) },
  'Bottleneck of a Markov chain': { make: bottleneckOf({ generator: { kind: 'markov', outagesPerMinute: 20 } }) },
  'Loss of 20 % at random': { make: lossOf(random) },
  'Loss of 20 % by Gilbert-Elliott': { make: lossOf({ kind: 'gilbert-elliott', lossRatio: 0.2, meanBurstPackets: 4 }) },
  'Loss of 20 % in bad moments': { make: lossOf(badMoments) },
  'Delay of 35 ms': { make: delayOf({ oneWayDelayMs: 35 }) },
  'Delay of 35 ms with 30 ms of jitter': { make: delayOf({ oneWayDelayMs: 35, jitterMs: 30 }) },
  'Delay that duplicates': { make: delayOf({ oneWayDelayMs: 35, duplicateRatio: 0.5 }) },
  'Delay that reorders': { make: delayOf({ oneWayDelayMs: 35, jitterMs: 5, reorderRatio: 0.3 }), reorders: true },
  'OneWay with rate, queue, loss and delay': {
    make: oneWayOf({ rateBitsPerSecond: 2_000_000, queueMs: 60, oneWayDelayMs: 35, loss: random }),
  },
  'OneWay with a trace, bad moments and jitter': {
    make: oneWayOf({ trace: steps, queueMs: 60, oneWayDelayMs: 35, jitterMs: 20, loss: badMoments }),
  },
  'OneWay with everything': {
    make: oneWayOf({
      generator: { kind: 'markov', outagesPerMinute: 20 },
      oneWayDelayMs: 5,
      jitterMs: 20,
      reorderRatio: 0.1,
      duplicateRatio: 0.1,
      loss: badMoments,
    }),
    reorders: true,
  },
  'OneWay that changes in an outage, and again': {
    make: oneWayOf({ trace: steps, queueMs: 300, oneWayDelayMs: 35 }, [
      [1650, { rateBitsPerSecond: 2_000_000, loss: badMoments, oneWayDelayMs: 5 }],
      [2000, { generator: { kind: 'markov' }, loss: random, jitterMs: 10 }],
    ]),
  },
}

type Entry = { readonly packet: LinkPacket; readonly entryMs: number }
type Departure = { readonly id: number; readonly atMs: number; readonly dropped: boolean }

const entries: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.record({ gapMs: fc.double({ min: 0, max: 20, noNaN: true }), sizeBytes: fc.integer({ min: 40, max: 1128 }) }),
    {
      maxLength: 200,
    },
  )
  .map((steps) => {
    let entryMs = 1000
    return steps.map(({ gapMs, sizeBytes }, id) => {
      entryMs += gapMs
      return { packet: { id, flow: 0, sizeBytes, traffic: 'rtp' as const }, entryMs }
    })
  })

/** Runs the entries through; `before` is what the shell does before each of them, such as advancing far too often. */
function run(
  make: (told: Told) => LinkStage,
  list: readonly Entry[],
  before?: (stage: LinkStage, entryMs: number) => void,
) {
  const out: Departure[] = []
  const stage = make({
    deliver: (packet, atMs) => out.push({ id: packet.id, atMs, dropped: false }),
    drop: (packet, atMs) => out.push({ id: packet.id, atMs, dropped: true }),
  })
  for (const { packet, entryMs } of list) {
    before?.(stage, entryMs)
    stage.accept(packet, entryMs, 0)
  }
  while (stage.nextEventMs() < Infinity) stage.advance(stage.nextEventMs())
  return { stage, out, delivered: out.filter(({ dropped }) => !dropped) }
}

for (const [name, { make, reorders }] of Object.entries(stages)) {
  describe(`${name} keeps the contract of LinkStage`, () => {
    const check = (property: (list: Entry[]) => void) =>
      fc.assert(fc.property(entries, property), { seed: 2, numRuns: fuzzRuns(60) })

    test('every packet is delivered or dropped, exactly once', () =>
      check((list) => {
        const ids = run(make, list).out.map(({ id }) => id)
        expect(ids.toSorted((a, b) => a - b)).toEqual(list.map(({ packet }) => packet.id))
      }))

    test('packets are delivered in the order of time, none before its entry', () =>
      check((list) => {
        const { delivered } = run(make, list)
        delivered.forEach(({ id, atMs }, index) => {
          expect(atMs).toBeGreaterThanOrEqual(list[id]?.entryMs ?? NaN)
          expect(atMs).toBeGreaterThanOrEqual(delivered[index - 1]?.atMs ?? 0)
        })
      }))

    const inOrder = reorders ? undefined : test
    inOrder?.('packets are delivered in the order of their entry', () =>
      check((list) => {
        const ids = run(make, list).delivered.map(({ id }) => id)
        expect(ids).toEqual(ids.toSorted((a, b) => a - b))
      }),
    )

    test('nothing waits in the end, and the next event is Infinity', () =>
      check((list) => {
        const { stage, out } = run(make, list)
        const before = out.length
        stage.advance(1e9)
        expect([stage.nextEventMs(), out.length - before]).toEqual([Infinity, 0])
      }))

    test('moments and fates do not depend on how often advance is called', () =>
      check((list) => {
        const often = run(make, list, (stage, entryMs) => {
          for (let nowMs = entryMs - 5; nowMs <= entryMs; nowMs += 0.7) stage.advance(nowMs)
        })
        expect(often.out.toSorted((a, b) => a.id - b.id)).toEqual(run(make, list).out.toSorted((a, b) => a.id - b.id))
      }))

    test('a packet that a late timer brings after advance fares as if it had come in time', () =>
      check((list) => {
        const late = run(make, list, (stage, entryMs) => stage.advance(entryMs + 15))
        // Of one that overtakes, the others' moments may have been told before it came.
        const byId = ({ delivered }: { delivered: readonly Departure[] }) =>
          reorders ? delivered.toSorted((a, b) => a.id - b.id) : delivered
        expect(byId(late)).toEqual(byId(run(make, list)))
      }))
  })
}
