import { expect, test } from 'vitest'
import { RecentBytes } from './recent-bytes.ts'

test('RecentBytes counts what came within the window, its end included', () => {
  const recent = new RecentBytes(1000)
  recent.add(10, 0)
  recent.add(20, 500)
  expect([recent.total(999), recent.total(1000), recent.total(1500)]).toEqual([30, 20, 0])
})

test('RecentBytes keeps every packet of a window, however many', () => {
  const recent = new RecentBytes(1000)
  for (let packet = 0; packet < 5000; packet += 1) recent.add(1, packet)
  expect(recent.total(4999)).toBe(1000)
  for (let packet = 0; packet < 5000; packet += 1) recent.add(3, 5000 + packet / 10)
  expect([recent.total(5499.9), recent.total(6100)]).toEqual([500 + 15_000, 3 * 3999])
})
