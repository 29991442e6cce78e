import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LinkNotice } from '../protocol/weir-api.ts'
import { LinkNotices } from './link-notices.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('LinkNotices tells the first change of a link at once and those of a slider twice a second, the last one surely', () => {
  const told: LinkNotice[] = []
  const notices = new LinkNotices((notice) => told.push(notice))
  for (let change = 0; change < 60; change += 1) {
    notices.add({ kind: 'link-changed', id: 'a' })
    vi.advanceTimersByTime(16)
  }
  notices.add({ kind: 'link-changed', id: 'b' })
  expect(told.map(({ id }) => id)).toEqual(['a', 'a', 'b']) // at 0 and 500 ms
  vi.advanceTimersByTime(500)
  expect(told.map(({ id }) => id)).toEqual(['a', 'a', 'b', 'a'])
  vi.advanceTimersByTime(5000)
  expect([told.length, vi.getTimerCount()]).toEqual([4, 0])
})

test('LinkNotices tells everything else as it comes', () => {
  const told: string[] = []
  const notices = new LinkNotices(({ kind }) => told.push(kind))
  for (const kind of ['link-created', 'link-restarted', 'link-restarted', 'link-late', 'link-removed'] as const) {
    notices.add({ kind, id: 'a' })
  }
  expect(told).toEqual(['link-created', 'link-restarted', 'link-restarted', 'link-late', 'link-removed'])
})
