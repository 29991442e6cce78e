import { expect, test } from 'vitest'
import { Timeline } from './timeline.ts'

test('Timeline gives what counts at a moment, in whatever order it is asked', () => {
  const timeline = new Timeline('a')
  timeline.set(10, 'b')
  timeline.set(20, 'c')
  expect([5, 25, 10, 9.99, 19, 20].map((ms) => timeline.at(ms))).toEqual(['a', 'c', 'b', 'a', 'b', 'c'])
})

test('Timeline tells until when the value of the last question counts', () => {
  const timeline = new Timeline('a')
  timeline.set(10, 'b')
  timeline.at(3)
  expect(timeline.changeMs).toBe(10)
  timeline.at(10)
  expect(timeline.changeMs).toBe(Infinity)
})

test('set forgets what was to count from that moment on', () => {
  const timeline = new Timeline('a')
  timeline.set(10, 'b')
  timeline.set(20, 'c')
  timeline.at(30)
  timeline.set(10, 'd')
  expect([9, 10, 30].map((ms) => timeline.at(ms))).toEqual(['a', 'd', 'd'])
})
