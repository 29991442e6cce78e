import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { EventQueue } from './event-queue.ts'

test('EventQueue rings by moment, and alarms of one moment in the order of setting', () => {
  const queue = new EventQueue()
  const rung: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => queue.newAlarm((atMs) => rung.push(`${name}${atMs}`)))
  queue.set(a!, 5)
  queue.set(b!, 3)
  queue.set(c!, 5)
  queue.set(a!, 5) // set again: now after c
  while (queue.nextEventMs() < Infinity) queue.ringNext()
  expect(rung).toEqual(['b3', 'c5', 'a5'])
})

test('EventQueue forgets a cancelled alarm, and one that has rung can be set again while it rings', () => {
  const queue = new EventQueue()
  const rung: number[] = []
  const gone = queue.newAlarm(() => rung.push(-1))
  const again = queue.newAlarm((atMs) => {
    rung.push(atMs)
    if (atMs < 3) queue.set(again, atMs + 1)
  })
  queue.set(gone, 2)
  queue.set(again, 1)
  queue.cancel(gone)
  queue.cancel(gone)
  while (queue.nextEventMs() < Infinity) queue.ringNext()
  expect(rung).toEqual([1, 2, 3])
})

test('EventQueue gives the order of a sort, whatever is set, moved and cancelled', () => {
  const steps = fc.array(fc.tuple(fc.nat(19), fc.option(fc.nat(30))), { maxLength: 100 })
  fc.assert(
    fc.property(steps, (list) => {
      const queue = new EventQueue()
      const rung: number[] = []
      const alarms = Array.from({ length: 20 }, (_, index) => queue.newAlarm(() => rung.push(index)))
      const expected = new Map<number, { dueMs: number; order: number }>()
      list.forEach(([index, dueMs], order) => {
        if (dueMs === null) {
          queue.cancel(alarms[index]!)
          expected.delete(index)
        } else {
          queue.set(alarms[index]!, dueMs)
          expected.set(index, { dueMs, order })
        }
      })
      while (queue.nextEventMs() < Infinity) queue.ringNext()
      const sorted = [...expected].toSorted(([, a], [, b]) => a.dueMs - b.dueMs || a.order - b.order)
      expect(rung).toEqual(sorted.map(([index]) => index))
    }),
    { seed: 3, numRuns: fuzzRuns(300) },
  )
})
