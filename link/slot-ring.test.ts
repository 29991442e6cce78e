import { expect, test } from 'vitest'
import { SlotRing } from './slot-ring.ts'

test('SlotRing keeps 1000 records by their numbers while it grows and wraps', () => {
  const ring = new SlotRing(() => ({ item: -1 }))
  const out: number[] = []
  for (let item = 0; item < 1000; item += 1) {
    ring.push().item = item
    if (item % 3 !== 0) continue
    out.push(ring.at(ring.first).item)
    ring.first += 1
  }
  for (; ring.first < ring.next; ring.first += 1) out.push(ring.at(ring.first).item)
  expect(out).toEqual(Array.from({ length: 1000 }, (_, index) => index))
})

test('SlotRing makes no new record while as many leave as come', () => {
  let made = 0
  const ring = new SlotRing(() => ({ number: (made += 1) }))
  const madeAtFirst = made
  for (let turn = 0; turn < 1000; turn += 1) {
    ring.push()
    ring.first += 1
  }
  expect(made).toBe(madeAtFirst)
})

test('SlotRing grows far from its beginning', () => {
  const ring = new SlotRing(() => ({ item: -1 }))
  for (let item = 0; item < 1000; item += 1) {
    ring.push().item = item
    if (item < 900) ring.first += 1
  }
  const items = Array.from({ length: ring.next - ring.first }, (_, index) => ring.at(ring.first + index).item)
  expect(items).toEqual(Array.from({ length: 100 }, (_, index) => 900 + index))
})
