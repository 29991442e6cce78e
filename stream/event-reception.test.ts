import { expect, test } from 'vitest'
import { EventReception } from './event-reception.ts'

const afterAll = (sequences: readonly number[]) => {
  const reception = new EventReception()
  for (const sequence of sequences) reception.add(sequence, 1000, 1010)
  const { latencyMs: _latencyMs, sumMs: _sumMs, ...counts } = reception.read()
  return counts
}

const cases = [
  ['in order', [1, 2, 3], { received: 3, newestSequence: 3, missed: 0, duplicated: 0, reordered: 0 }],
  ['with a gap', [1, 4], { received: 2, newestSequence: 4, missed: 2, duplicated: 0, reordered: 0 }],
  ['with a gap at the beginning', [3], { received: 1, newestSequence: 3, missed: 2, duplicated: 0, reordered: 0 }],
  ['out of order', [1, 3, 2], { received: 3, newestSequence: 3, missed: 0, duplicated: 0, reordered: 1 }],
  ['twice', [1, 2, 2, 1], { received: 2, newestSequence: 2, missed: 0, duplicated: 2, reordered: 0 }],
  ['late and twice', [2, 1, 1], { received: 2, newestSequence: 2, missed: 0, duplicated: 1, reordered: 1 }],
] as const

for (const [name, sequences, counts] of cases) {
  test(`EventReception counts what comes ${name}`, () => expect(afterAll(sequences)).toEqual(counts))
}

test('EventReception of who joins later misses nothing of before', () => {
  const reception = new EventReception('with-first')
  for (const sequence of [7, 9]) reception.add(sequence, 0, 0)
  expect(reception.read()).toMatchObject({ received: 2, missed: 1, newestSequence: 9 })
})

test('EventReception tells latency once something came, and none below zero', () => {
  const reception = new EventReception()
  expect(reception.read().latencyMs).toBeUndefined()
  reception.add(1, 1000, 999.9)
  for (let sequence = 2; sequence <= 100; sequence += 1) reception.add(sequence, 1000, 1004)
  reception.add(101, 1000, 1032)
  expect(reception.read()).toMatchObject({ latencyMs: { p50: 4, p95: 4, max: 32 }, sumMs: 99 * 4 + 32 })
})
