import { expect, test } from 'vitest'
import { AudioTimeline, contextSecondsAt } from './audio-timeline.ts'

const UNIT_SECONDS = 1024 / 48_000

test('contextSecondsAt counts from a moment that both clocks know', () => {
  expect(contextSecondsAt(10_500, { contextSeconds: 3, wallMs: 10_000 })).toBe(3.5)
})

test('AudioTimeline joins units without a seam while the wanted times scatter by 10 ms', () => {
  const timeline = new AudioTimeline()
  const starts = Array.from({ length: 100 }, (_, index) =>
    timeline.place(index * UNIT_SECONDS, 5 + index * UNIT_SECONDS + (index % 3) * 0.005),
  )
  starts.forEach((start, index) => expect(start).toBeCloseTo(5 + index * UNIT_SECONDS, 9))
  expect(timeline.resyncs).toBe(0)
})

test('AudioTimeline leaves the time of a lost unit silent', () => {
  const timeline = new AudioTimeline()
  timeline.place(0, 5)
  expect(timeline.place(2 * UNIT_SECONDS, 5 + 2 * UNIT_SECONDS)).toBeCloseTo(5 + 2 * UNIT_SECONDS, 9)
})

test('AudioTimeline follows the pictures when the sound card drifts away by more than 15 ms', () => {
  const timeline = new AudioTimeline()
  timeline.place(0, 5)
  expect(timeline.place(60, 65.016)).toBe(65.016)
  expect(timeline.place(60 + UNIT_SECONDS, 65.016 + UNIT_SECONDS)).toBeCloseTo(65.016 + UNIT_SECONDS, 9)
  expect(timeline.resyncs).toBe(1)
})

test('AudioTimeline begins anew after a reset', () => {
  const timeline = new AudioTimeline()
  timeline.place(0, 5)
  timeline.reset()
  expect(timeline.place(0, 9)).toBe(9)
  expect(timeline.resyncs).toBe(0)
})
