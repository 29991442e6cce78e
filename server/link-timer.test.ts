import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LinkTimer } from './link-timer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const nowMs = () => performance.now()

test('LinkTimer rings each alarm at its moment, rounded up to a millisecond, with one timer for all', () => {
  const timer = new LinkTimer(nowMs)
  const startMs = nowMs()
  const rung: number[][] = []
  for (const dueMs of [7, 2.5, 2.2]) {
    const alarm = timer.newAlarm((atMs) => rung.push([dueMs, atMs - startMs, nowMs() - startMs]))
    timer.set(alarm, startMs + dueMs)
  }
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(100)
  const expected = [
    [2.2, 2.2, 3],
    [2.5, 2.5, 3],
    [7, 7, 7],
  ]
  expect(rung).toEqual(expected.map((row) => row.map((ms) => expect.closeTo(ms, 6))))
  expect(vi.getTimerCount()).toBe(0)
})

test('LinkTimer rings no more for an alarm that is set to never, and not twice for one that is moved', () => {
  const timer = new LinkTimer(nowMs)
  const rung: string[] = []
  const moved = timer.newAlarm(() => rung.push('moved'))
  const called = timer.newAlarm(() => rung.push('called off'))
  timer.set(moved, nowMs() + 5)
  timer.set(called, nowMs() + 5)
  timer.set(moved, nowMs() + 20)
  timer.set(called, Infinity)
  vi.advanceTimersByTime(10)
  expect(rung).toEqual([])
  vi.advanceTimersByTime(10)
  expect(rung).toEqual(['moved'])
})

test('an alarm that is due again and again holds up nobody', () => {
  const timer = new LinkTimer(nowMs)
  let rings = 0
  const restless = timer.newAlarm((dueMs) => {
    rings += 1
    timer.set(restless, dueMs)
  })
  timer.set(restless, nowMs() + 1)
  vi.advanceTimersByTime(10)
  expect(rings).toBeGreaterThan(3)
  expect(rings).toBeLessThanOrEqual(10) // once a millisecond
})

test('LinkTimer tells at each ring how late the first of its alarms was', () => {
  const lags: number[] = []
  let lateMs = 0
  const timer = new LinkTimer(
    () => nowMs() + lateMs,
    (lagMs) => lags.push(lagMs),
  )
  const startMs = nowMs()
  for (const dueMs of [4, 5, 6])
    timer.set(
      timer.newAlarm(() => {}),
      startMs + dueMs,
    )
  lateMs = 40
  vi.advanceTimersByTime(10)
  expect(lags).toEqual([40])
})
