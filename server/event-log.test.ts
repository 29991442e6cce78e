import { expect, test } from 'vitest'
import { EventLog } from './event-log.ts'

test('EventLog tells who subscribed each event with its sequence number, until unsubscribed', () => {
  const log = new EventLog<string>(2)
  const told: [number, string][] = []
  const unsubscribe = log.subscribe((sequence, event) => told.push([sequence, event]))
  log.append('a')
  log.append('b')
  unsubscribe()
  log.append('c')
  expect(told).toEqual([
    [1, 'a'],
    [2, 'b'],
  ])
})

test('EventLog keeps the last ones only and says when a cursor is too old or not there yet', () => {
  const log = new EventLog<string>(2)
  for (const event of ['a', 'b', 'c']) log.append(event)
  expect(log.since(3)).toEqual([])
  expect(log.since(1)).toEqual([
    { sequence: 2, event: 'b' },
    { sequence: 3, event: 'c' },
  ])
  expect(log.since(0)).toBeUndefined()
  expect(log.since(4)).toBeUndefined()
})
