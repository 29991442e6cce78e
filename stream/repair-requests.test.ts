import { expect, test } from 'vitest'
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
