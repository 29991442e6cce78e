import { expect, test } from 'vitest'
import { Delay, type DelayOptions } from './delay.ts'

type Arrival = { readonly id: number; readonly atMs: number; readonly isSecondCopy: boolean }

/** What arrives of packets that leave the bottleneck 2 ms apart. */
function arrivalsOf(options: Omit<DelayOptions, 'seed'>, packets: number): Arrival[] {
  const arrivals: Arrival[] = []
  const delay = new Delay(
    { ...options, seed: 7 },
    {
      deliver: ({ id }, atMs) => arrivals.push({ id, atMs, isSecondCopy: false }),
      duplicate: ({ id }, atMs) => arrivals.push({ id, atMs, isSecondCopy: true }),
    },
  )
  for (let id = 0; id < packets; id += 1) delay.accept({ id, flow: 0, sizeBytes: 100, traffic: 'rtp' }, id * 2, 0)
  delay.advance(1e9)
  return arrivals
}

test('Delay adds the same to every packet', () => {
  const arrivals = arrivalsOf({ oneWayDelayMs: 35 }, 3)
  expect(arrivals.map(({ id, atMs }) => [id, atMs])).toEqual([
    [0, 35],
    [1, 37],
    [2, 39],
  ])
})

test('Delay with jitter holds back those behind a late packet, and no longer than the jitter', () => {
  const arrivals = arrivalsOf({ oneWayDelayMs: 35, jitterMs: 10 }, 20_000)
  const delaysMs = arrivals.map(({ id, atMs }) => atMs - id * 2 - 35)
  expect(arrivals.every(({ id }, index) => id === index)).toBe(true)
  expect(arrivals.slice(0, 4).map(({ atMs }) => Math.round(atMs * 1000) / 1000)).toEqual([
    40.008, 43.453, 43.494, 50.668,
  ])
  expect([Math.min(...delaysMs) >= 0, Math.max(...delaysMs) < 10]).toEqual([true, true])
})

test('Delay with jitter shorter than the gaps has the mean of half of it', () => {
  const delaysMs = arrivalsOf({ jitterMs: 2 }, 20_000).map(({ id, atMs }) => atMs - id * 2)
  const meanMs = delaysMs.reduce((sum, delayMs) => sum + delayMs, 0) / delaysMs.length
  expect(Math.abs(meanMs - 1)).toBeLessThan((4 * 2) / Math.sqrt(12 * 20_000)) // 4 standard errors
})

test('a reordered packet comes 10 ms later, and those behind pass it', () => {
  const arrivals = arrivalsOf({ oneWayDelayMs: 35, reorderRatio: 0.02 }, 1000)
  const late = arrivals.filter(({ id, atMs }) => atMs !== id * 2 + 35)
  expect(late.map(({ id }) => id)).toEqual([
    1, 6, 48, 63, 66, 139, 182, 205, 313, 390, 400, 534, 551, 648, 655, 677, 759, 793, 826, 842, 861, 879, 946, 957,
    985,
  ])
  expect(late.every(({ id, atMs }) => atMs === id * 2 + 45)).toBe(true)
  const around48 = arrivals.map(({ id }) => id).filter((id) => id >= 47 && id <= 55)
  expect(around48).toEqual([47, 49, 50, 51, 52, 53, 48, 54, 55]) // 53 is due with it, and went before
})

test('a second copy is told just before the packet itself, at the same moment', () => {
  const arrivals = arrivalsOf({ oneWayDelayMs: 35, duplicateRatio: 0.02 }, 1000)
  const copies = arrivals.filter(({ isSecondCopy }) => isSecondCopy)
  expect(copies.map(({ id }) => id)).toEqual([
    27, 30, 137, 158, 323, 364, 412, 457, 525, 569, 585, 586, 593, 635, 666, 814,
  ])
  for (const copy of copies) {
    expect(arrivals[arrivals.indexOf(copy) + 1]).toEqual({ ...copy, isSecondCopy: false })
  }
  expect(arrivals.length).toBe(1000 + copies.length)
})
