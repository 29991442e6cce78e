import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { HeldRequests } from './held-requests.ts'

const response = (): ServerResponse =>
  Object.assign(new EventEmitter(), { destroyed: false }) as unknown as ServerResponse

test('HeldRequests lets those go on for whom it is time, and no others', async () => {
  const held = new HeldRequests(10)
  let edge = 0
  const outcomes: string[] = []
  const waiting = [1, 2].map(async (part) => {
    await held.until(() => edge >= part, 60_000, response())
    outcomes.push(`part ${part} at ${edge}`)
  })
  edge = 1
  held.look()
  await waiting[0]
  expect(held.count).toBe(1)
  edge = 2
  held.look()
  await Promise.all(waiting)
  expect(outcomes).toEqual(['part 1 at 1', 'part 2 at 2'])
})

test('HeldRequests forgets who goes away, and gives up after the time it was told', async () => {
  const held = new HeldRequests(10)
  const leaving = response()
  const left = held.until(() => false, 60_000, leaving)
  leaving.emit('close')
  expect([await left, held.count]).toEqual(['gone', 0])
  expect(await held.until(() => false, 5, response())).toBe('timed-out')
})

test('HeldRequests holds no more than it may', async () => {
  const held = new HeldRequests(1)
  const first = held.until(() => false, 20, response())
  expect(await held.until(() => false, 20, response())).toBe('too-many')
  expect(await held.until(() => true, 20, response())).toBe('ready')
  expect(await first).toBe('timed-out')
})
