import { expect, test } from 'vitest'
import { PacketArena } from './packet-arena.ts'

test('PacketArena gives packets that stand one behind the other', () => {
  const arena = new PacketArena()
  const [first, second] = [arena.take(1328), arena.take(576)]
  expect(second.buffer).toBe(first.buffer)
  expect(second.byteOffset).toBe(first.byteOffset + 1328)
  expect([first.length, second.length]).toEqual([1328, 576])
})

test('PacketArena writes over what is free, and over nothing else', () => {
  const arena = new PacketArena()
  const kept = arena.take(100).fill(1)
  arena.abandon()
  const free = arena.take(100).fill(2)
  arena.reuse()
  const next = arena.take(100).fill(3)
  expect([kept[0], free[0], next[0]]).toEqual([1, 3, 3])
})

test('PacketArena takes new memory when a chunk is full, and for a packet larger than a chunk', () => {
  const arena = new PacketArena()
  const first = arena.take(600_000)
  const second = arena.take(600_000)
  expect(second.buffer).not.toBe(first.buffer)
  expect(arena.take(2_000_000)).toHaveLength(2_000_000)
})

test('PacketArena makes the view of a place once, as long as packets of that size come there', () => {
  const arena = new PacketArena()
  arena.reuse()
  const [first, second] = [arena.take(1328), arena.take(1328)]
  arena.reuse()
  expect([arena.take(1328), arena.take(1328)].map((view, at) => view === [first, second][at])).toEqual([true, true])
  arena.reuse()
  const [small, behind] = [arena.take(1300), arena.take(1328)]
  expect([small, behind].map(({ byteOffset, length }) => [byteOffset, length])).toEqual([
    [0, 1300],
    [1300, 1328],
  ])
  arena.abandon()
  expect(arena.take(1300).buffer).not.toBe(small.buffer)
})
