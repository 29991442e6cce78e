import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { JitterBuffer, type Released } from './jitter-buffer.ts'

const brief = (released: readonly Released<string>[]) =>
  released.map((item) =>
    item.kind === 'lost'
      ? `lost ${item.firstSequenceNumber}+${item.packets}`
      : `${item.packet}${item.lostBefore ? '!' : ''}`,
  )

test('JitterBuffer gives packets in order at once while none is missing', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50 })
  expect(brief([...buffer.push(5, 'e', 0), ...buffer.push(6, 'f', 1)])).toEqual(['e', 'f'])
  expect(buffer.nextEventMs()).toBe(Infinity)
})

test('passes releases what is in order with nothing behind it, and takes nothing else', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50, firstSequenceNumber: 1 })
  expect([buffer.passes(1), buffer.passes(1), buffer.passes(3)]).toEqual([true, false, false])
  buffer.push(3, 'c', 0)
  expect(buffer.passes(2)).toBe(false)
  expect(brief(buffer.push(2, 'b', 1))).toEqual(['b', 'c'])
  expect(buffer.passes(4)).toBe(true)
})

test('JitterBuffer puts a late packet back in its place', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50, firstSequenceNumber: 1 })
  expect(brief(buffer.push(2, 'b', 0))).toEqual([])
  expect(brief(buffer.push(1, 'a', 49))).toEqual(['a', 'b'])
})

test('JitterBuffer gives a gap up when the packet after it has waited, and says how many are lost', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50, firstSequenceNumber: 1 })
  buffer.push(4, 'd', 100)
  expect(buffer.nextEventMs()).toBe(150)
  expect(brief(buffer.advance(149.9))).toEqual([])
  expect(brief(buffer.advance(150))).toEqual(['lost 1+3', 'd!'])
})

test('JitterBuffer discards and counts what comes after it was given up', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50, firstSequenceNumber: 1 })
  buffer.push(2, 'b', 0)
  buffer.advance(50)
  expect(brief(buffer.push(1, 'a', 51))).toEqual([])
  expect([buffer.latePackets, buffer.duplicatePackets]).toEqual([1, 0])
})

test('JitterBuffer waits no longer for a gap because a packet behind it comes again', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50, firstSequenceNumber: 1 })
  buffer.push(2, 'b', 0)
  buffer.push(2, 'b', 30)
  expect([buffer.nextEventMs(), buffer.duplicatePackets]).toEqual([50, 1])
})

test('JitterBuffer gives up all gaps known for as long together', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50, firstSequenceNumber: 1 })
  buffer.push(9, 'i', 0)
  buffer.push(5, 'e', 30)
  expect(brief(buffer.advance(50))).toEqual(['lost 1+4', 'e!', 'lost 6+3', 'i!'])
})

test('JitterBuffer never holds more than its bound', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 1e6, firstSequenceNumber: 0, maxPackets: 3 })
  const released = [2, 3, 4, 5].flatMap((number) => buffer.push(number, `${number}`, 0))
  expect(brief(released)).toEqual(['lost 0+2', '2!', '3', '4', '5'])
})

test('finish tells the loss at the end of the stream', () => {
  const buffer = new JitterBuffer<string>({ waitMs: 50 })
  buffer.push(1, 'a', 0)
  buffer.push(3, 'c', 0)
  expect(brief(buffer.finish(5))).toEqual(['lost 2+1', 'c!', 'lost 4+2'])
})

test('JitterBuffer gives each packet once or tells it lost, in order, whatever the network did', () => {
  const arrivals = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.nat(30)), { maxLength: 120 })
  fc.assert(
    fc.property(arrivals, (list) => {
      const buffer = new JitterBuffer<number>({ waitMs: 40, firstSequenceNumber: 0 })
      let nowMs = 0
      const released = list.flatMap(([number, gapMs]) => buffer.push(number, number, (nowMs += gapMs)))
      released.push(...buffer.finish(60))
      const numbers = released.flatMap((item) =>
        item.kind === 'packet'
          ? [item.packet]
          : Array.from({ length: item.packets }, (_, index) => item.firstSequenceNumber + index),
      )
      expect(numbers).toEqual(Array.from({ length: 61 }, (_, index) => index))
    }),
    { seed: 4, numRuns: fuzzRuns(300) },
  )
})
