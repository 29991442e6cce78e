import { expect, test } from 'vitest'
import { TimerWheel } from './timer-wheel.ts'

function wheelAt(nowMs: number) {
  const wheel = new TimerWheel(nowMs)
  const rung: string[] = []
  return { wheel, rung, set: (dueMs: number, name = String(dueMs)) => wheel.set(dueMs, () => void rung.push(name)) }
}

test('TimerWheel rings what is due within two milliseconds together, none before its moment', () => {
  const { wheel, rung, set } = wheelAt(100.5)
  for (const dueMs of [105.1, 102, 104, 102.4]) set(dueMs)
  expect(wheel.nextMs).toBe(102)
  wheel.ringUntil(103.9)
  expect(rung).toEqual(['102'])
  wheel.ringUntil(104)
  expect(rung).toEqual(['102', '104', '102.4'])
  expect(wheel.nextMs).toBe(106)
  wheel.ringUntil(106)
  expect(rung.at(-1)).toBe('105.1')
  expect(wheel.nextMs).toBe(Infinity)
})

test('TimerWheel keeps an alarm for as many turns as it is away', () => {
  const { wheel, rung, set } = wheelAt(0)
  set(5000)
  set(904, 'near')
  const heardMs: number[] = []
  for (let nowMs = wheel.nextMs; nowMs < Infinity; nowMs = wheel.nextMs) {
    const before = rung.length
    wheel.ringUntil(nowMs)
    if (rung.length > before) heardMs.push(nowMs)
  }
  expect(heardMs).toEqual([904, 5000])
  expect(rung).toEqual(['near', '5000'])
})

test('TimerWheel rings all that a long sleep has passed, each once', () => {
  const { wheel, rung, set } = wheelAt(0)
  for (let dueMs = 1; dueMs <= 9000; dueMs += 7) set(dueMs)
  wheel.ringUntil(8000)
  expect(new Set(rung).size).toBe(1143) // 1, 8, … 7995
  expect(rung.length).toBe(1143)
})

test('TimerWheel rings what is due already with the next tick, also when it is set by one that rings', () => {
  const { wheel, rung, set } = wheelAt(50)
  wheel.set(51, () => void set(20, 'late'))
  wheel.ringUntil(52)
  expect([rung, wheel.nextMs]).toEqual([[], 54])
  wheel.ringUntil(54)
  expect(rung).toEqual(['late'])
})

test('TimerWheel forgets what is called off', () => {
  const { wheel, rung, set } = wheelAt(0)
  const alarm = set(12)
  wheel.set(9, () => wheel.callOff(alarm))
  wheel.ringUntil(20)
  expect(rung).toEqual([])
  expect(wheel.nextMs).toBe(Infinity)
})
