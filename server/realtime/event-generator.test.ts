import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EventGenerator } from './event-generator.ts'
import { generatedText, SeededLetters } from './event-text.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

test('EventGenerator emits as often as it was told, evenly, until it is told to be silent', () => {
  let emitted = 0
  const generator = new EventGenerator(() => (emitted += 1))
  generator.setRate(50)
  vi.advanceTimersByTime(10_000)
  expect(emitted).toBe(500)
  generator.setRate(2)
  vi.advanceTimersByTime(3000)
  expect(emitted).toBe(506)
  generator.setRate(0)
  vi.advanceTimersByTime(3000)
  expect(emitted).toBe(506)
})

test('a generated event is exactly so many bytes, the same for the same seed', () => {
  const at = 1_796_090_169_652.371
  for (const sequence of [1, 99_999]) {
    for (const sizeBytes of [100, 200, 4000]) {
      expect(generatedText(sequence, at, new SeededLetters(7), sizeBytes)).toHaveLength(sizeBytes)
    }
  }
  const [one, again, other] = [7, 7, 8].map((seed) => generatedText(1, at, new SeededLetters(seed), 200))
  expect(one).toBe(again)
  expect(one).not.toBe(other)
})
