import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { Bottleneck } from './bottleneck.ts'
import { Delay } from './delay.ts'
import type { Deliver, LinkPacket, LinkStage } from './link-packet.ts'
import { Loss } from './loss.ts'
import { OneWay } from './one-way.ts'

type Told = { readonly deliver: Deliver; readonly drop: (packet: LinkPacket, atMs: number) => void }

/** Every stage of a line, as the contract sees it: what goes in comes out or is told as dropped. */
const stages: Record<string, (told: Told) => LinkStage> = {
  'Bottleneck at 1 Mbit/s with 50 ms of queue': ({ deliver, drop }) =>
    new Bottleneck(
      { rateBitsPerSecond: 1_000_000, queueMs: 50, seed: 7 },
      { accepted: () => {}, departed: deliver, tailDropped: drop },
    ),
  'Bottleneck without a rate': ({ deliver, drop }) =>
    new Bottleneck({ seed: 7 }, { accepted: () => {}, departed: deliver, tailDropped: drop }),
  'Loss of 20 % at random': ({ deliver, drop }) =>
    new Loss({ loss: { kind: 'random', lossRatio: 0.2 }, seed: 7 }, { deliver, lost: drop }),
  'Delay of 35 ms': ({ deliver }) => new Delay({ oneWayDelayMs: 35, seed: 7 }, { deliver, duplicate: () => {} }),
  'OneWay with all of them': ({ deliver, drop }) => {
    const profile = {
      rateBitsPerSecond: 2_000_000,
      queueMs: 60,
      oneWayDelayMs: 35,
      loss: { kind: 'random', lossRatio: 0.2 },
    } as const
    return new OneWay(
      { seed: 7, profile, udpBlocked: false },
      { accepted: () => {}, delivered: deliver, dropped: drop },
    )
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
  make: (typeof stages)[string],
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

for (const [name, make] of Object.entries(stages)) {
  describe(`${name} keeps the contract of LinkStage`, () => {
    const check = (property: (list: Entry[]) => void) =>
      fc.assert(fc.property(entries, property), { seed: 2, numRuns: fuzzRuns(200) })

    test('every packet is delivered or dropped, exactly once', () =>
      check((list) => {
        const ids = run(make, list).out.map(({ id }) => id)
        expect(ids.toSorted((a, b) => a - b)).toEqual(list.map(({ packet }) => packet.id))
      }))

    test('packets are delivered in the order of their entry, none before its entry', () =>
      check((list) => {
        const { delivered } = run(make, list)
        delivered.forEach(({ id, atMs }, index) => {
          expect(atMs).toBeGreaterThanOrEqual(list[id]?.entryMs ?? NaN)
          expect(id).toBeGreaterThan(delivered[index - 1]?.id ?? -1)
          expect(atMs).toBeGreaterThanOrEqual(delivered[index - 1]?.atMs ?? 0)
        })
      }))

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
        expect(late.delivered).toEqual(run(make, list).delivered)
      }))
  })
}
