import { expect, test } from 'vitest'
import { Bottleneck, type BottleneckOptions } from './bottleneck.ts'
import type { RateTrace } from './profile.ts'

type Departure = { readonly id: number; readonly departureMs: number; readonly queueingDelayMs: number }

function bottleneck(options: Omit<BottleneckOptions, 'seed'>) {
  const departures: Departure[] = []
  const tailDropped: number[] = []
  const line = new Bottleneck(
    { ...options, seed: 1 },
    {
      accepted: () => {},
      departed: ({ id }, departureMs, queueingDelayMs) => departures.push({ id, departureMs, queueingDelayMs }),
      tailDropped: ({ id }) => tailDropped.push(id),
    },
  )
  const offer = (count: number, nowMs: number, sizeBytes = 1000, firstId = 0) => {
    for (let id = firstId; id < firstId + count; id += 1)
      line.accept({ id, flow: 0, sizeBytes, traffic: 'rtp' as const }, nowMs)
  }
  return { line, offer, departures, tailDropped }
}

test('Bottleneck spaces 1000-byte packets 8 ms apart at 1 Mbit/s', () => {
  const { line, offer, departures } = bottleneck({ rateBitsPerSecond: 1_000_000 })
  offer(4, 100)
  line.advance(1000)
  expect(departures).toEqual([
    { id: 0, departureMs: 108, queueingDelayMs: 0 },
    { id: 1, departureMs: 116, queueingDelayMs: 8 },
    { id: 2, departureMs: 124, queueingDelayMs: 16 },
    { id: 3, departureMs: 132, queueingDelayMs: 24 },
  ])
})

test('Bottleneck without a rate lets a packet out at its entry', () => {
  const { line, offer, departures } = bottleneck({ queueMs: 10 })
  offer(2, 100)
  line.advance(100)
  expect(departures.map(({ departureMs }) => departureMs)).toEqual([100, 100])
})

test('Bottleneck drops at the tail what does not fit into 50 ms at 1 Mbit/s, the packet being sent counted in', () => {
  const { offer, tailDropped } = bottleneck({ rateBitsPerSecond: 1_000_000, queueMs: 50 }) // 6250 bytes
  offer(8, 0)
  expect(tailDropped).toEqual([6, 7])
})

test('Bottleneck has room again at the very moment a packet has left', () => {
  const { offer, tailDropped } = bottleneck({ rateBitsPerSecond: 1_000_000, queueMs: 50 })
  offer(6, 0)
  offer(1, 7.999, 1000, 6)
  offer(1, 8, 1000, 7)
  expect(tailDropped).toEqual([6])
})

test('Bottleneck holds 10 full packets by default on a slow line, and 200 ms on a fast one', () => {
  const slow = bottleneck({ rateBitsPerSecond: 100_000 }) // 200 ms would be 2500 bytes
  slow.offer(20, 0, 1500)
  expect(slow.tailDropped.length).toBe(10)
  const fast = bottleneck({ rateBitsPerSecond: 6_000_000 }) // 150,000 bytes
  fast.offer(110, 0, 1500)
  expect(fast.tailDropped.length).toBe(10)
})

test('Bottleneck takes a full packet on an idle line, however short the queue', () => {
  const { offer, tailDropped } = bottleneck({ rateBitsPerSecond: 8_000, queueMs: 1 })
  offer(2, 0, 1500)
  expect(tailDropped).toEqual([1])
})

test('Bottleneck with a queue in bytes holds these, whatever the rate', () => {
  const { offer, tailDropped } = bottleneck({ rateBitsPerSecond: 1_000_000, queueBytes: 3500 })
  offer(5, 0)
  expect(tailDropped).toEqual([3, 4])
})

test('Bottleneck measures a queue in ms by the rate of the moment, in an outage by that of before', () => {
  const trace: RateTrace = [
    [1000, 1],
    [4000, 1],
    [0, 1],
  ]
  const room = (atMs: number) => {
    const { offer, tailDropped } = bottleneck({ trace, queueMs: 40 })
    offer(50, atMs)
    return 50 - tailDropped.length
  }
  expect([room(500), room(1500), room(2500)]).toEqual([5, 20, 20]) // 5000 and 20,000 bytes
})

test('Bottleneck sends on after an outage, and drops nothing that it held', () => {
  const trace: RateTrace = [
    [1000, 0.01],
    [0, 0.5],
    [2000, 10],
  ]
  const { line, offer, departures, tailDropped } = bottleneck({ trace, queueBytes: 10_000 })
  offer(3, 0)
  line.advance(1000)
  expect(departures.map(({ departureMs }) => departureMs)).toEqual([8, 513, 517]) // 250 bytes of the second one before
  expect(tailDropped).toEqual([])
})

test('change keeps the packet being sent and gives the new rate to all behind it', () => {
  const { line, offer, departures } = bottleneck({ rateBitsPerSecond: 1_000_000 })
  offer(3, 0)
  line.change({ rateBitsPerSecond: 2_000_000, seed: 1 }, 4)
  offer(1, 5, 1000, 3)
  line.advance(1000)
  expect(departures.map(({ departureMs, queueingDelayMs }) => [departureMs, queueingDelayMs])).toEqual([
    [8, 0],
    [12, 8],
    [16, 12],
    [20, 11],
  ])
})

test('change to no rate empties the queue behind the packet being sent', () => {
  const { line, offer, departures } = bottleneck({ rateBitsPerSecond: 1_000_000 })
  offer(3, 0)
  line.change({ seed: 1 }, 4)
  line.advance(8)
  expect(departures.map(({ departureMs }) => departureMs)).toEqual([8, 8, 8])
})

test('change to a shorter queue drops new packets only', () => {
  const { line, offer, departures, tailDropped } = bottleneck({ rateBitsPerSecond: 1_000_000, queueMs: 100 })
  offer(10, 0)
  line.change({ rateBitsPerSecond: 1_000_000, queueMs: 20, seed: 1 }, 0)
  offer(1, 0, 1000, 10)
  line.advance(1000)
  expect([departures.length, tailDropped]).toEqual([10, [10]])
})
