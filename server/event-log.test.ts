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

test('EventLog may begin at any number, before which nothing was', () => {
  const log = new EventLog<string>(3, 1000)
  expect([log.lastSequence, log.oldestCursor, log.since(999), log.since(1000)]).toEqual([1000, 1000, undefined, []])
  for (const event of ['a', 'b', 'c', 'd']) log.append(event)
  expect([log.oldestCursor, log.at(1001), log.at(1002), log.at(1004), log.at(1005)]).toEqual([
    1001,
    undefined,
    'b',
    'd',
    undefined,
  ])
  expect(log.since(1002)).toEqual([
    { sequence: 1003, event: 'c' },
    { sequence: 1004, event: 'd' },
  ])
})
