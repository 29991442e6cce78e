import { expect, test } from 'vitest'
import { EventQueue } from '../event-queue.ts'
import { kernelTimerMs, LazyTimer } from './kernel-timer.ts'

test.each([
  { nowMs: 0, delayMs: 1, ringsMs: 8 }, // one tick, and never early: the one after
  { nowMs: 3.9, delayMs: 4, ringsMs: 8 },
  { nowMs: 4, delayMs: 4, ringsMs: 12 },
  { nowMs: 0, delayMs: 240, ringsMs: 244 }, // 60 ticks: the finest level
  { nowMs: 0, delayMs: 260, ringsMs: 288 }, // 65 ticks: slots of eight
  { nowMs: 0, delayMs: 3000, ringsMs: 3072 }, // 750 ticks: slots of 64
])('kernelTimerMs set at $nowMs for $delayMs ms rings at $ringsMs', ({ nowMs, delayMs, ringsMs }) => {
  expect(kernelTimerMs(nowMs, delayMs)).toBe(ringsMs)
})

test('LazyTimer rings once, at the moment that was set last', () => {
  const queue = new EventQueue()
  const rings: number[] = []
  const timer = new LazyTimer(queue, (atMs) => rings.push(atMs))
  timer.set(10)
  timer.set(30)
  timer.set(20)
  while (queue.nextEventMs() < Infinity) queue.ringNext()
  expect(rings).toEqual([20])
})

test('LazyTimer stays silent once stopped', () => {
  const queue = new EventQueue()
  const rings: number[] = []
  const timer = new LazyTimer(queue, (atMs) => rings.push(atMs))
  timer.set(10)
  timer.stop()
  while (queue.nextEventMs() < Infinity) queue.ringNext()
  expect(rings).toEqual([])
})
