import { expect, test, vi } from 'vitest'
import { LiveTail, type TailUnit } from './live-tail.ts'

const sound = (ptsTicks: number, sizeBytes = 10): TailUnit => ({
  kind: 'sound',
  ptsTicks,
  data: new Uint8Array(sizeBytes),
})

test('LiveTail numbers its units and forgets the oldest, by count and by bytes', () => {
  const byCount = new LiveTail({ maxUnits: 10, maxBytes: 1e6 })
  for (let index = 0; index < 25; index += 1) byCount.push(sound(index))
  expect(byCount.next).toBe(25)
  expect(byCount.next - byCount.oldest).toBeLessThanOrEqual(10)
  expect(byCount.unit(24)).toMatchObject({ ptsTicks: 24 })
  expect(byCount.unit(byCount.oldest)).toMatchObject({ ptsTicks: byCount.oldest })
  expect([byCount.unit(0), byCount.unit(25)]).toEqual([undefined, undefined])

  const byBytes = new LiveTail({ maxUnits: 1000, maxBytes: 100 })
  for (let index = 0; index < 25; index += 1) byBytes.push(sound(index, 30))
  expect(byBytes.next - byBytes.oldest).toBeLessThanOrEqual(3)
})

test('LiveTail tells each listener once: of the next unit, or of the end', () => {
  const tail = new LiveTail()
  const [first, second, gone] = [vi.fn(), vi.fn(), vi.fn()]
  tail.onceGrown(first)
  tail.onceGrown(gone)()
  tail.push(sound(0))
  tail.onceGrown(second)
  tail.end()
  expect([first, second, gone].map((listener) => listener.mock.calls.length)).toEqual([1, 1, 0])
  expect(tail.isEnded).toBe(true)
})
