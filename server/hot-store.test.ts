import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { HotStore, type Sized } from './hot-store.ts'

const store = (maxBytes = 100, largestBytes = 40) => new HotStore<Sized>({ maxBytes, largestBytes })

function put(hot: HotStore<Sized>, key: string, sizeBytes: number): Sized | undefined {
  const held = { sizeBytes }
  const place = hot.reserve(key, sizeBytes)
  place?.fill(held)
  return place && held
}

test('HotStore lets go of the least recently used, and of no more than it must', () => {
  const hot = store()
  for (const key of ['a', 'b', 'c']) put(hot, key, 30)
  hot.find('a')
  put(hot, 'd', 40)
  expect(['a', 'b', 'c', 'd'].map((key) => hot.find(key)?.sizeBytes)).toEqual([30, undefined, 30, 40])
  expect(hot.bytes).toBe(100)
})

test('HotStore counts what is let go of until the last who uses it has ended', () => {
  const hot = store()
  const first = put(hot, 'a', 40)!
  const ends = [hot.use('a', first), hot.use('a', first)]
  hot.remove('a')
  expect([hot.find('a'), hot.bytes]).toEqual([undefined, 40])
  ends[0]!()
  expect(hot.bytes).toBe(40)
  ends[1]!()
  expect(hot.bytes).toBe(0)
})

test('HotStore has no room while all is in use, and lets go of nothing for it', () => {
  const hot = store()
  const ends = ['a', 'b'].map((key) => hot.use(key, put(hot, key, 40)!))
  put(hot, 'c', 20)
  expect(put(hot, 'd', 30)).toBe(undefined)
  expect(hot.find('c')?.sizeBytes).toBe(20)
  ends[0]!()
  expect(put(hot, 'd', 30)?.sizeBytes).toBe(30)
  expect([hot.find('a'), hot.bytes]).toEqual([undefined, 90])
})

test('HotStore counts what is being read, and not what then does not come', () => {
  const hot = store()
  const places = ['a', 'b'].map((key) => hot.reserve(key, 40))
  expect([hot.bytes, hot.reserve('c', 40)]).toEqual([80, undefined])
  places[0]?.giveUp()
  expect(hot.bytes).toBe(40)
})

test('HotStore takes what is asked for again, so that a scan displaces nothing', () => {
  const hot = store()
  expect([hot.isAskedAgain('a', 40), hot.isAskedAgain('a', 40)]).toEqual([false, true])
  put(hot, 'a', 40)
  const scan = Array.from({ length: 1000 }, (_, index) => hot.isAskedAgain(`scan ${index}`, 40))
  expect(scan).not.toContain(true)
  expect(hot.find('a')?.sizeBytes).toBe(40)
  expect(hot.isAskedAgain('scan 0', 40)).toBe(false) // that is too long ago
})

test('HotStore takes nothing larger than its limit, and nothing at all when it has no bytes', () => {
  expect([store().isAskedAgain('a', 41), store().isAskedAgain('a', 41), store().reserve('a', 41)]).toEqual([
    false,
    false,
    undefined,
  ])
  const none = store(0)
  expect([none.isAskedAgain('a', 1), none.isAskedAgain('a', 1), none.reserve('a', 1), none.bytes]).toEqual([
    false,
    false,
    undefined,
    0,
  ])
})

test('HotStore never counts more than its bound, and nothing once all is over', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    sizeBytes: fc.integer({ min: 0, max: 45 }),
    what: fc.constantFrom('put', 'use', 'end', 'remove', 'find'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const hot = store()
      const ends: (() => void)[] = []
      for (const { key, sizeBytes, what } of steps) {
        const held = hot.find(key)
        if (what === 'put') put(hot, key, sizeBytes)
        if (what === 'use' && held !== undefined) ends.push(hot.use(key, held))
        if (what === 'end') ends.shift()?.()
        if (what === 'remove') hot.remove(key)
        expect(hot.bytes).toBeGreaterThanOrEqual(0)
        expect(hot.bytes).toBeLessThanOrEqual(100)
      }
      ends.forEach((end) => end())
      for (const key of 'abcdef') hot.remove(key)
      expect(hot.bytes).toBe(0)
    }),
    { seed: 6, numRuns: fuzzRuns(200) },
  )
})
