import { expect, test } from 'vitest'
import { Departures, latenessQuantileMs } from './departures.ts'

test('Departures counts each packet by the bound that it keeps', () => {
  const departures = new Departures()
  for (const latenessMs of [-18, 0.1, 0.11, 9.9, 10, 501]) departures.note(latenessMs)
  const counted = departures.summary().lateness.filter(({ packets }) => packets > 0)
  expect(counted).toEqual([
    { atMostMs: 0.1, packets: 2 },
    { atMostMs: 0.2, packets: 1 },
    { atMostMs: 10, packets: 2 },
    { atMostMs: null, packets: 1 },
  ])
})

test('Departures counts a burst as its packets, whether they left early or late', () => {
  const [burst, singly] = [new Departures(), new Departures()]
  const scheduledMs = [100, 103, 106, 120]
  for (const nowMs of [90, 100.05, 104, 130]) {
    burst.noteBurst(nowMs, scheduledMs)
    for (const dueMs of scheduledMs) singly.note(nowMs - dueMs)
  }
  expect(burst.summary()).toEqual(singly.summary())
})

test('latenessQuantileMs tells the bound that so many keep', () => {
  const departures = new Departures()
  expect(latenessQuantileMs(departures.summary(), 0.99)).toBe(0)
  for (let packet = 0; packet < 98; packet += 1) departures.note(0.3)
  departures.note(6)
  departures.note(900)
  expect([0.5, 0.98, 0.99, 1].map((ratio) => latenessQuantileMs(departures.summary(), ratio))).toEqual([
    0.5,
    0.5,
    7,
    Infinity,
  ])
})
