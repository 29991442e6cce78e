import { expect, test } from 'vitest'
import { seededRandom } from '../link/random.ts'
import { JitterBuffer, type Released } from './jitter-buffer.ts'
import { RepairRequests } from './repair-requests.ts'

const open = () => new RepairRequests({ waitMs: 270, roundTripMs: 100 })

test('RepairRequests asks at once, and again after 1.2 round trips while the answer can be in time', () => {
  const requests = open()
  requests.miss(5, 7, 0)
  expect(requests.due(0)).toEqual([5, 6, 7])
  expect(requests.nextEventMs()).toBe(120)
  expect(requests.due(119)).toEqual([])
  expect(requests.arrive(6)).toBe(true)
  expect(requests.due(120)).toEqual([5, 7])
  expect(requests.due(240)).toEqual([]) // would come at 340
  expect(requests.nextEventMs()).toBe(270)
  expect(requests.repair(7, 260)).toBe(true)
  expect([requests.due(271), requests.nextEventMs()]).toEqual([[], Infinity])
  expect([requests.repair(5, 272), requests.requestedPackets]).toEqual([false, 5])
})

test('RepairRequests asks once even where the round trip is longer than the wait', () => {
  const requests = new RepairRequests({ waitMs: 50, roundTripMs: 100 })
  requests.miss(5, 5, 0)
  expect([requests.due(0), requests.due(120)]).toEqual([[5], []])
})

test('RepairRequests learns the round trip from packets asked for once, by an eighth', () => {
  const requests = open()
  requests.miss(1, 2, 0)
  requests.due(0)
  expect([requests.repair(1, 60), requests.roundTripMs]).toEqual([true, 95])
  requests.due(120)
  expect([requests.repair(2, 130), requests.roundTripMs]).toEqual([true, 95]) // an answer to which of the two?
})

test('RepairRequests asks for nothing after an outage, and for 1,024 packets at most', () => {
  const requests = open()
  requests.miss(0, 1024, 0)
  expect(requests.due(0)).toEqual([])
  requests.miss(0, 1000, 0)
  requests.miss(1002, 1100, 0)
  expect(requests.due(0)).toHaveLength(1024)
})

test('RepairRequests counts a packet that came after all as no repair', () => {
  const requests = open()
  requests.miss(1, 1, 0)
  expect([requests.arrive(1), requests.arrive(1), requests.repair(1, 1)]).toEqual([true, false, false])
})

test('at 2 % loss both ways, a round trip of 100 ms and a buffer of 300 ms, repairs leave at most 0.1 % missing', () => {
  const random = seededRandom(7)
  const [packets, oneWayMs, waitMs, lossRatio] = [100_000, 50, 270, 0.02]
  const requests = new RepairRequests({ waitMs, roundTripMs: 2 * oneWayMs })
  const buffer = new JitterBuffer<number>({ waitMs, firstSequenceNumber: 0 })
  const repairs: { atMs: number; sequenceNumber: number }[] = [] // under way, in order
  const figures = { lost: 0, missing: 0, resent: 0 }
  const count = (released: readonly Released<number>[]): void => {
    for (const item of released) if (item.kind === 'lost') figures.missing += item.packets
  }
  let highest = -1
  for (let nowMs = 0; nowMs < packets; nowMs += 1) {
    for (let next = repairs[0]; next !== undefined && next.atMs <= nowMs; next = repairs[0]) {
      repairs.shift()
      if (requests.repair(next.sequenceNumber, nowMs)) count(buffer.push(next.sequenceNumber, 0, nowMs))
    }
    if (random() < lossRatio) figures.lost += 1
    else {
      if (nowMs > highest + 1) requests.miss(highest + 1, nowMs - 1, nowMs)
      highest = nowMs
      count(buffer.push(nowMs, 0, nowMs)) // packet n is sent so that it comes at n ms
    }
    count(buffer.advance(nowMs))
    const asked = requests.due(nowMs)
    if (asked.length === 0 || random() < lossRatio) continue // the request is lost
    for (const sequenceNumber of asked) {
      figures.resent += 1
      if (random() >= lossRatio) repairs.push({ atMs: nowMs + 2 * oneWayMs, sequenceNumber })
    }
  }
  expect(figures.missing / packets).toBeLessThanOrEqual(0.001)
  expect(figures).toEqual({ lost: 1981, missing: 5, resent: 2011 })
})
